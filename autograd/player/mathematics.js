// What JavaScript's Math lacks. The rational approximations are those of fdlibm's s_erf.c (Sun Microsystems, 1993;
// https://www.netlib.org/fdlibm/s_erf.c), whose error is below 1 unit in the last place.

// x to the power y as IEEE 754 and Python have it: 1 to any power is 1, and so is −1 to an infinite one.
function power(x, y) {
  return x === 1 || (x === -1 && Math.abs(y) === Infinity) ? 1 : x ** y;
}

// x less a whole multiple of y, with the sign of y, as Python's x % y.
function remainder(x, y) {
  const rest = x % y;
  if (rest === 0) return y < 0 ? -0 : 0;
  return rest < 0 === y < 0 ? rest : rest + y;
}

const ERF_AT_1 = 8.45062911510467529297e-1; // erf(1) rounded to 24 bits: the middle interval is written around it

// [numerator, denominator] by rising powers, per interval of |x|
const ERF_SMALL = [ // up to 0.84375, in x²
  [1.28379167095512558561e-1, -3.25042107247001499370e-1, -2.84817495755985104766e-2, -5.77027029648944159157e-3,
   -2.37630166566501626084e-5],
  [1, 3.97917223959155352819e-1, 6.50222499887672944485e-2, 5.08130628187576562776e-3, 1.32494738004321644526e-4,
   -3.96022827877536812320e-6],
];
const ERF_MIDDLE = [ // up to 1.25, in |x| − 1
  [-2.36211856075265944077e-3, 4.14856118683748331666e-1, -3.72207876035701323847e-1, 3.18346619901161753674e-1,
   -1.10894694282396677476e-1, 3.54783043256182359371e-2, -2.16637559486879084300e-3],
  [1, 1.06420880400844228286e-1, 5.40397917702171048937e-1, 7.18286544141962662868e-2, 1.26171219808761642112e-1,
   1.36370839120290507362e-2, 1.19844998467991074170e-2],
];
const ERFC_LARGE = [ // up to 1 / 0.35, in 1 / x²
  [-9.86494403484714822705e-3, -6.93858572707181764372e-1, -1.05586262253232909814e1, -6.23753324503260060396e1,
   -1.62396669462573470355e2, -1.84605092906711035994e2, -8.12874355063065934246e1, -9.81432934416914548592],
  [1, 1.96512716674392571292e1, 1.37657754143519042600e2, 4.34565877475229228821e2, 6.45387271733267880336e2,
   4.29008140027567833386e2, 1.08635005541779435134e2, 6.57024977031928170135, -6.04244152148580987438e-2],
];
const ERFC_LARGEST = [ // from there, in 1 / x²
  [-9.86494292470009928597e-3, -7.99283237680523006574e-1, -1.77579549177547519889e1, -1.60636384855821916062e2,
   -6.37566443368389627722e2, -1.02509513161107724954e3, -4.83519191608651397019e2],
  [1, 3.03380607434824582924e1, 3.25792512996573918826e2, 1.53672958608443695994e3, 3.19985821950859553908e3,
   2.55305040643316442583e3, 4.74528541206955367215e2, -2.24409524465858183362e1],
];

function ratio([numerator, denominator], x) {
  const polynomial = (coefficients) => coefficients.reduceRight((sum, coefficient) => sum * x + coefficient);
  return polynomial(numerator) / polynomial(denominator);
}

// erfc(x) for x ≥ 1.25. e^(−x²) is split at a short z whose square is exact, or it would lose digits to the rounding
// of x².
function erfcTail(x) {
  const z = Math.fround(x);
  const rest = ratio(x < 1 / 0.35 ? ERFC_LARGE : ERFC_LARGEST, 1 / (x * x));
  return (Math.exp(-z * z - 0.5625) * Math.exp((z - x) * (z + x) + rest)) / x;
}

function erf(x) {
  const size = Math.abs(x);
  if (size < 0.84375) return x + x * ratio(ERF_SMALL, x * x);
  if (size < 1.25) return Math.sign(x) * (ERF_AT_1 + ratio(ERF_MIDDLE, size - 1));
  return Math.sign(x) * (size < 6 ? 1 - erfcTail(size) : 1);
}

function erfc(x) {
  const size = Math.abs(x);
  if (size < 0.84375) {
    const rest = x * ratio(ERF_SMALL, x * x);
    return x < 0.25 ? 1 - (x + rest) : 0.5 - (x - 0.5 + rest); // both subtractions keep their digits
  }
  if (size < 1.25) {
    const rest = ratio(ERF_MIDDLE, size - 1);
    return x < 0 ? 1 + (ERF_AT_1 + rest) : 1 - ERF_AT_1 - rest;
  }
  if (x > 28) return 0;
  return x > 0 ? erfcTail(x) : x > -6 ? 2 - erfcTail(size) : x < 0 ? 2 : NaN;
}
