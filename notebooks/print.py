"""Settings of nbconvert for a PDF with every sign: `jupyter nbconvert --config print.py --to pdf 1-values.ipynb`.

Latin Modern, which nbconvert takes, has no ∂, δ or ₁, and leaves them out.
"""

import os
from pathlib import Path

import matplotlib

c = get_config()  # noqa: F821  what Jupyter puts into the names of this file

c.LatexExporter.template_file = str(Path(__file__).with_name("every-sign.tex.j2"))
# DejaVu comes with matplotlib; XeTeX looks into this folder for it besides those of the system.
fonts = Path(matplotlib.get_data_path(), "fonts", "ttf")
os.environ["OSFONTDIR"] = os.pathsep.join([str(fonts), os.environ.get("OSFONTDIR", "")])
