"""What `jupyter nbconvert` does otherwise in this folder: PDFs have every sign of a notebook.

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
