// The atoms around an event in three dimensions: at the start, with arrows to where they go, and on the way over the
// saddle. Between start, saddle and end they move on straight lines.
"use strict";

class EventView {
  static frames = 24;  // from the start to the saddle, and as many on to the end

  // `group` holds the atoms of one stage's events; `about` is what the events share: elements and the length that tells
  // moved atoms.
  constructor(group, about) {
    Object.assign(this, {group, about});
    this.stage = glasscape.element("div", {class: "stage"});
    this.text = glasscape.element("p", {"aria-live": "polite"});
    this.play = glasscape.element("button", {type: "button"}, "play");
    this.slider = glasscape.element("input", {type: "range", min: 0, max: 2 * EventView.frames, value: 0, "aria-label": "from the start over the saddle to the end"});
    this.phase = glasscape.element("span", {class: "soft"}, "start");
    this.box = glasscape.element("div", {class: "event-view"}, this.stage,
      glasscape.element("div", {class: "bar"}, this.play, this.slider, this.phase, this.key()), this.text);
    this.play.addEventListener("click", () => this.setPlaying(!this.playing));
    this.slider.addEventListener("input", () => { this.setPlaying(false); this.show(Number(this.slider.value)); });
    glasscape.onSchemeChange(() => this.viewer && this.fill());
  }

  static possible() {
    try {
      const canvas = document.createElement("canvas");
      return typeof $3Dmol !== "undefined" && !!(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
    } catch {
      return false;
    }
  }

  key() {
    const key = glasscape.element("span", {class: "key"});
    this.about.elements.forEach((name, k) => key.append(glasscape.element("i", {class: "ink-" + k % 6}), name));
    return key;
  }

  has(number) { return !!this.source(number); }
  source(number) { return this.group.querySelector(`script[data-view="${number}"]`); }

  // The numbers of an event as they lie in the page, see view_data.
  read(number) {
    const source = this.source(number), text = atob(source.textContent), bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    const atoms = bytes.length / 37, part = (k) => new Float32Array(bytes.buffer, k * 12 * atoms, 3 * atoms);
    return {atoms, start: part(0), toSaddle: part(1), toEnd: part(2), element: bytes.subarray(36 * atoms), leftOut: Number(source.dataset.leftOut)};
  }

  open(number, sentence) {
    if (!this.has(number)) {
      this.text.textContent = `${sentence} It is not among those that this page holds in three dimensions.`;
      return;
    }
    this.event = this.read(number);
    this.text.textContent = sentence + (this.event.leftOut ? ` ${this.event.leftOut} atoms further out are not shown.` : "");
    if (!this.viewer) this.viewer = $3Dmol.createViewer(this.stage, {antialias: true});
    this.setPlaying(false);
    this.fill();
    this.viewer.zoomTo();
    this.show(0);
  }

  position(i, k, frame) {
    const {start, toSaddle, toEnd} = this.event, n = EventView.frames, j = 3 * i + k;
    if (frame <= n) return start[j] + toSaddle[j] * frame / n;
    return start[j] + toSaddle[j] + (toEnd[j] - toSaddle[j]) * (frame - n) / n;
  }

  moves(i) {
    const {toEnd} = this.event;
    return Math.hypot(toEnd[3 * i], toEnd[3 * i + 1], toEnd[3 * i + 2]) > this.about.moved;
  }

  // One atom for each of the view; `resi` tells elements and `chain` moved atoms apart.
  atoms(frame) {
    return Array.from({length: this.event.atoms}, (_, i) => ({
      elem: this.about.elements[this.event.element[i]], resi: this.event.element[i], chain: this.moves(i) ? "M" : "S", serial: i, bonds: [], bondOrder: [],
      x: this.position(i, 0, frame), y: this.position(i, 1, frame), z: this.position(i, 2, frame)}));
  }

  fill() {
    const viewer = this.viewer, hex = (color) => "#" + color.match(/\d+/g).slice(0, 3).map((part) => Number(part).toString(16).padStart(2, "0")).join("");
    viewer.setBackgroundColor(hex(glasscape.color("@paper")));
    viewer.removeAllModels();
    viewer.removeAllShapes();
    const model = viewer.addModel();
    model.addAtoms(this.atoms(0));
    for (let frame = 0; frame <= 2 * EventView.frames; ++frame) model.addFrame(this.atoms(frame));
    this.about.elements.forEach((_, k) => {
      const color = hex(glasscape.color("@" + k % 6));
      viewer.setStyle({resi: k, chain: "S"}, {sphere: {radius: 0.26, color}});
      viewer.setStyle({resi: k, chain: "M"}, {sphere: {radius: 0.5, color}});
    });
    const ink = hex(glasscape.color("@6")), at = (i, frame) => ({x: this.position(i, 0, frame), y: this.position(i, 1, frame), z: this.position(i, 2, frame)});
    for (let i = 0; i < this.event.atoms; ++i)
      if (this.moves(i)) viewer.addArrow({start: at(i, 0), end: at(i, 2 * EventView.frames), radius: 0.11, radiusRatio: 2.2, mid: 0.75, color: ink});
    this.show(Number(this.slider.value));
  }

  show(frame) {
    const n = EventView.frames;
    this.slider.value = frame;
    this.phase.textContent = frame === 0 ? "start" : frame === n ? "saddle" : frame === 2 * n ? "end" : frame < n ? "start \u2192 saddle" : "saddle \u2192 end";
    // a later call may come before an earlier one is done: the last one counts
    this.viewer.setFrame(frame).then(() => this.viewer.render());
  }

  setPlaying(on) {
    this.playing = on;
    this.play.textContent = on ? "pause" : "play";
    clearInterval(this.timer);
    if (!on) return;
    if (Number(this.slider.value) === 2 * EventView.frames) this.show(0);
    this.timer = setInterval(() => {
      const frame = Number(this.slider.value) + 1;
      this.show(frame);
      if (frame >= 2 * EventView.frames) this.setPlaying(false);
    }, 50);
  }
}
