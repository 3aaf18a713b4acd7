"""Where operations are defined."""

SHIFTS = (0.25, 0.15, 0.35)


def inside(op):
    """Return a number for each input of an operation, all different, in the middle of its domain."""
    middles = (0.5 * (max(low, -2.0) + min(high, 2.0)) for low, high in op.domain)
    return tuple(middle + shift for middle, shift in zip(middles, SHIFTS, strict=False))


def defined(op, *point):
    """Return whether an operation is defined at a point, of which inputs with a default may be left out."""
    return all(low < x < high for x, (low, high) in zip(point, op.domain, strict=False))
