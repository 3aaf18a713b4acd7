"""Material for a class: a lesson on a graph as page, pictures, hand-out and slides; exercises with their answers.

>>> lesson("w = 3; x = 2; w*x"), exercises("w*x", count=2)
(<Lesson of 3 steps, 'The chain rule step by step: J = w × x': save('folder')>, <Exercises of 2 questions, 'The chain rule step by step: J = w × x': save('folder')>)
"""  # noqa: E501

from autograd.classroom.exercises import Exercises, exercises
from autograd.classroom.lesson import Lesson, lesson

__all__ = ["Exercises", "Lesson", "exercises", "lesson"]
