// The stage, on which a picture stands: how large it is shown, and what of it is in sight.

const ROOM = 8; // pixels round a picture
const [SMALLEST, LARGEST] = [0.4, 3]; // scales; from 1 on no text is below 12 pixels, so below it only names are shown
const scales = { chosen: null, shown: 1 }; // `chosen` by the reader, null: what fits

function showPicture(picture, width, height) {
  find("stage").replaceChildren(picture);
  Object.assign(picture.dataset, { width, height });
  fit();
}

// Put the explanations below the picture where that gives it the room that it needs beside them, and show it as large
// as there is room, but no smaller than can be read: what does not fit is scrolled to, and the page says so.
function fit() {
  const stage = find("stage");
  const picture = stage.querySelector("svg");
  if (!picture) return;
  const { width, height } = picture.dataset;
  const main = document.querySelector("main");
  const room = (stacked) => {
    main.classList.toggle("stacked", stacked);
    return (stage.clientWidth - 2 * ROOM) / width;
  };
  const stacked = innerWidth <= 900 || (room(false) < 1 && room(true) > room(false) * 1.2);
  const wide = room(stacked);
  const high = document.fullscreenElement ? (stage.clientHeight - 2 * ROOM) / height
    : parseFloat(getComputedStyle(stage).maxHeight) / height;
  const fitting = Math.max(1, Math.min(1.25, wide, Math.max(1, high)));
  setScale(scales.chosen ?? (document.fullscreenElement ? Math.max(1, Math.min(LARGEST, wide, high)) : fitting));
}

function setScale(scale) {
  const stage = find("stage");
  const picture = stage.querySelector("svg");
  const middle = [stage.scrollLeft + stage.clientWidth / 2, stage.scrollTop + stage.clientHeight / 2]
    .map((at) => at / scales.shown);
  scales.shown = Math.max(SMALLEST, Math.min(LARGEST, scale));
  picture.style.setProperty("--readable", `${12 / scales.shown}px`);
  picture.classList.toggle("far", scales.shown < 1);
  picture.classList.toggle("near", scales.shown >= 1.5);
  fill(picture, { width: picture.dataset.width * scales.shown, height: picture.dataset.height * scales.shown }, []);
  stage.scrollLeft = middle[0] * scales.shown - stage.clientWidth / 2;
  stage.scrollTop = middle[1] * scales.shown - stage.clientHeight / 2;
  const ways = [stage.scrollWidth > stage.clientWidth + 1 && "sideways", stage.scrollHeight > stage.clientHeight + 1 && "down"]
    .filter(Boolean);
  find("scrolls").textContent = ways.length ? say(`scroll.${ways.join(".")}`) : "";
  find("zoom-out").disabled = scales.shown <= SMALLEST;
  find("zoom-in").disabled = scales.shown >= LARGEST;
}

function zoomBy(factor) {
  scales.chosen = scales.shown * factor;
  setScale(scales.chosen);
}

// The whole picture at once, and back to the size at which everything can be read.
function zoomToFit() {
  const stage = find("stage");
  const { width, height } = stage.querySelector("svg").dataset;
  const whole = Math.min((stage.clientWidth - 2 * ROOM) / width, (stage.clientHeight - 2 * ROOM) / height);
  const already = scales.chosen !== null && Math.abs(scales.shown - Math.max(SMALLEST, whole)) < 0.01;
  scales.chosen = already ? null : whole;
  fit();
}

function toggleFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
}

// Scroll the stage to what the step or the question is about, where that is out of its sight.
function follow() {
  const index = aboutNode();
  const group = index != null && pictureOf(index);
  if (!group) return;
  const stage = find("stage");
  const [inner, outer] = [group.getBoundingClientRect(), stage.getBoundingClientRect()];
  const middle = (start, end) => (inner[start] + inner[end] - outer[start] - outer[end]) / 2;
  if (inner.left < outer.left || inner.right > outer.right) stage.scrollLeft += middle("left", "right");
  if (inner.top < outer.top || inner.bottom > outer.bottom) stage.scrollTop += middle("top", "bottom");
}

// The node that the step, the question or the reader is about.
function aboutNode() {
  if (state.quiz) return state.quiz.question?.node ?? null;
  const stop = currentStop();
  return stop?.units?.[0]?.a ?? backwardStep()?.input ?? stop?.computes?.at(-1) ?? null;
}

// The stage is dragged by its background; with the control key the wheel zooms.
function listenToStage() {
  const stage = find("stage");
  let from = null;
  stage.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse" || event.target.closest("[data-node]")) return;
    from = { x: event.clientX + stage.scrollLeft, y: event.clientY + stage.scrollTop };
  });
  addEventListener("pointermove", (event) => {
    if (!from) return;
    stage.scrollLeft = from.x - event.clientX;
    stage.scrollTop = from.y - event.clientY;
  });
  addEventListener("pointerup", () => { from = null; });
  stage.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomBy(event.deltaY < 0 ? 1.15 : 1 / 1.15);
  }, { passive: false });
  find("zoom-in").addEventListener("click", () => zoomBy(1.25));
  find("zoom-out").addEventListener("click", () => zoomBy(0.8));
  find("zoom-fit").addEventListener("click", zoomToFit);
  find("full-screen").hidden = !document.fullscreenEnabled;
  find("full-screen").addEventListener("click", toggleFullScreen);
  document.addEventListener("fullscreenchange", fit);
}
