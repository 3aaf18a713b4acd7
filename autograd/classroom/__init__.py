"""Material for a class: a lesson on a graph as page, pictures, hand-out and slides.

>>> lesson("w = 3; x = 2; w*x")
<Lesson of 3 steps, 'The chain rule step by step: J = w × x': save('folder')>
"""

from autograd.classroom.lesson import Lesson, lesson

__all__ = ["Lesson", "lesson"]
