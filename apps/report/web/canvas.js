// A plot of lines and markers on a canvas, for figures with more points than plotly.js draws in good time. It takes the
// same data and layout: pointing shows values, dragging a box zooms, a double click or the button brings all back, a
// click on a marker chooses its event.
"use strict";

class CanvasPlot {
  constructor(area, {data, layout}) {
    Object.assign(this, {area, data, layout, full: {x: layout.xaxis.range, y: layout.yaxis.range}});
    this.range = {...this.full};
    this.canvas = glasscape.element("canvas", {role: "img"});
    this.hint = glasscape.element("div", {class: "hint", hidden: ""});
    this.reset = glasscape.element("button", {type: "button", hidden: ""}, "whole figure");
    this.reset.addEventListener("click", () => this.zoom(this.full));
    area.append(this.canvas, this.hint, this.reset);
    this.listen();
    new ResizeObserver(() => this.draw()).observe(area);
    this.draw();
  }

  listen() {
    const at = (event) => ({x: event.offsetX, y: event.offsetY});
    this.canvas.addEventListener("pointerdown", (event) => {
      if (event.pointerType === "touch") return;
      this.from = at(event);
      this.canvas.setPointerCapture(event.pointerId);
    });
    this.canvas.addEventListener("pointermove", (event) => (this.from ? this.drawBox(at(event)) : this.point(at(event))));
    this.canvas.addEventListener("pointerup", (event) => this.release(at(event)));
    this.canvas.addEventListener("pointerleave", () => (this.hint.hidden = true));
    this.canvas.addEventListener("dblclick", () => this.zoom(this.full));
  }

  release(to) {
    const from = this.from ?? to;
    this.from = null;
    if (Math.abs(to.x - from.x) > 5 && Math.abs(to.y - from.y) > 5) {
      const [x0, x1] = [from.x, to.x].sort((a, b) => a - b), [y0, y1] = [from.y, to.y].sort((a, b) => a - b);
      return this.zoom({x: [this.valueX(x0), this.valueX(x1)], y: [this.valueY(y1), this.valueY(y0)]});
    }
    this.draw();
    const near = this.nearest(to);
    if (near) glasscape.choose(near.trace.meta?.events?.[near.i]);
  }

  zoom(range) {
    this.range = {...range};
    this.reset.hidden = range === this.full;
    this.draw();
  }

  valueX(pixel) { return this.range.x[0] + (pixel - this.box.left) / this.box.width * (this.range.x[1] - this.range.x[0]); }
  valueY(pixel) { return this.range.y[0] + (this.box.bottom - pixel) / this.box.height * (this.range.y[1] - this.range.y[0]); }

  // From values to pixels, as two functions.
  scales() {
    const {x, y} = this.range, box = this.box;
    const of = (axis) => (axis.type === "log" ? Math.log10 : (value) => value);
    const fx = of(this.layout.xaxis), fy = of(this.layout.yaxis);
    return [(value) => box.left + (fx(value) - x[0]) / (x[1] - x[0]) * box.width,
            (value) => box.bottom - (fy(value) - y[0]) / (y[1] - y[0]) * box.height];
  }

  draw() {
    const {clientWidth: width, clientHeight: height} = this.area, dots = devicePixelRatio || 1;
    if (width === 0 || height === 0) return;
    Object.assign(this.canvas, {width: width * dots, height: height * dots});
    this.box = {left: 64, top: 30, width: width - 76, height: height - 82};
    this.box.bottom = this.box.top + this.box.height;
    const pen = this.pen();
    pen.scale(dots, dots);
    pen.font = "12px system-ui, sans-serif";
    const [toX, toY] = this.scales();
    this.drawAxes(pen, toX, toY);
    pen.save();
    pen.beginPath();
    pen.rect(this.box.left, this.box.top - 4, this.box.width + 4, this.box.height + 8);
    pen.clip();
    this.buckets = new Map();
    for (const trace of this.data) (trace.mode === "lines" ? this.drawLines : this.drawMarkers).call(this, pen, trace, toX, toY);
    pen.restore();
    this.drawLegend(pen);
  }

  // On the processor: ten thousands of thin lines cost a graphics card, and what stands in for one, far more.
  pen() { return this.canvas.getContext("2d", {willReadFrequently: true}); }

  drawLines(pen, trace, toX, toY) {
    pen.strokeStyle = glasscape.color(trace.line.color);
    pen.lineWidth = trace.line.width * (trace.x.length > 20000 ? 0.5 : 1);
    pen.beginPath();
    let open = false;
    for (let i = 0; i < trace.x.length; ++i) {
      if (trace.x[i] === null || trace.y[i] === null) open = false;
      else {
        if (open) pen.lineTo(toX(trace.x[i]), toY(trace.y[i]));
        else pen.moveTo(toX(trace.x[i]), toY(trace.y[i]));
        open = true;
      }
    }
    pen.stroke();
  }

  drawMarkers(pen, trace, toX, toY) {
    const events = trace.meta?.events, size = (trace.x?.length ?? 0) > 2000 ? 2.4 : 6;
    pen.fillStyle = glasscape.color(trace.marker.color);
    let chosen = null;
    for (let i = 0; i < (trace.x?.length ?? 0); ++i) {
      const x = toX(trace.x[i]), y = toY(trace.y[i]);
      if (x < this.box.left - 3 || x > this.box.left + this.box.width + 3 || y < this.box.top - 3 || y > this.box.bottom + 3) continue;
      pen.fillRect(x - size / 2, y - size / 2, size, size);
      const key = (x >> 4) * 4096 + (y >> 4);
      if (!this.buckets.has(key)) this.buckets.set(key, []);
      this.buckets.get(key).push({trace, i, x, y});
      if (events && events[i] && events[i] === glasscape.chosen) chosen = {x, y};
    }
    if (!chosen) return;
    pen.lineWidth = 2;
    pen.strokeStyle = glasscape.color("@6");
    pen.strokeRect(chosen.x - 5, chosen.y - 5, 10, 10);
  }

  drawAxes(pen, toX, toY) {
    const {left, top, width, height, bottom} = this.box, {xaxis, yaxis} = this.layout;
    const ink = glasscape.color("@6"), faint = glasscape.color("@6/0.13");
    pen.fillStyle = ink;
    const lines = (color, draw) => {
      pen.strokeStyle = color;
      pen.lineWidth = 1;
      pen.beginPath();
      draw();
      pen.stroke();
    };
    const plain = (text) => text.replace(/<[^>]*>/g, "").replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&#37;/g, "%").replace(/&amp;/g, "&");
    this.titles = {x: plain(xaxis.title.text), y: plain(yaxis.title.text)};
    pen.textAlign = "center";
    if (xaxis.showticklabels !== false)
      for (const {value, text} of CanvasPlot.ticks(this.range.x, xaxis, width / 80)) {
        lines(faint, () => { pen.moveTo(toX(value), top); pen.lineTo(toX(value), bottom); });
        pen.fillText(text, toX(value), bottom + 18);
      }
    pen.fillText(this.titles.x, left + width / 2, bottom + 40);
    pen.textAlign = "right";
    for (const {value, text} of CanvasPlot.ticks(this.range.y, yaxis, height / 45)) {
      lines(faint, () => { pen.moveTo(left, toY(value)); pen.lineTo(left + width, toY(value)); });
      pen.fillText(text, left - 8, toY(value) + 4);
    }
    pen.save();
    pen.translate(16, top + height / 2);
    pen.rotate(-Math.PI / 2);
    pen.textAlign = "center";
    pen.fillText(this.titles.y, 0, 0);
    pen.restore();
    lines(glasscape.color("@6/0.8"), () => { pen.moveTo(left, top); pen.lineTo(left, bottom); });
  }

  drawLegend(pen) {
    pen.textAlign = "left";
    let x = this.box.left;
    for (const trace of this.data) {
      if (!trace.showlegend) continue;
      pen.fillStyle = glasscape.color((trace.marker ?? trace.line).color);
      pen.fillRect(x, 12, 8, 8);
      pen.fillStyle = glasscape.color("@6");
      pen.fillText(trace.name, x + 13, 20);
      x += pen.measureText(trace.name).width + 34;
    }
  }

  drawBox(to) {
    this.draw();
    const pen = this.pen();
    pen.strokeStyle = glasscape.color("@0");
    pen.strokeRect(this.from.x, this.from.y, to.x - this.from.x, to.y - this.from.y);
    this.hint.hidden = true;
  }

  nearest({x, y}) {
    let best = null, least = 100;  // square pixels
    for (let column = (x >> 4) - 1; column <= (x >> 4) + 1; ++column)
      for (let row = (y >> 4) - 1; row <= (y >> 4) + 1; ++row)
        for (const point of this.buckets?.get(column * 4096 + row) ?? []) {
          const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
          if (distance < least) [best, least] = [point, distance];
        }
    return best;
  }

  point(at) {
    const near = this.nearest(at);
    this.hint.hidden = !near;
    this.canvas.style.cursor = near ? "pointer" : "crosshair";
    if (!near) return;
    const {trace, i} = near, lines = [trace.text?.[i] ?? trace.name];
    if (this.layout.xaxis.showticklabels !== false) lines.push(`${this.titles.x}: ${+trace.x[i].toPrecision(4)}`);
    lines.push(`${this.titles.y}: ${+trace.y[i].toPrecision(4)}`);
    this.hint.textContent = lines.join("\n");
    const width = this.hint.offsetWidth;
    this.hint.style.left = `${near.x + 12 + width > this.area.clientWidth ? near.x - 12 - width : near.x + 12}px`;
    this.hint.style.top = `${Math.max(0, near.y - 20)}px`;
  }

  // Whole decades on a logarithmic axis, else 1, 2 or 5 times a power of ten; about `count` of them.
  static ticks([low, high], axis, count) {
    const wide = (high - low) / Math.max(count, 2), decade = 10 ** Math.floor(Math.log10(wide));
    let step = [1, 2, 5, 10].map((digit) => digit * decade).find((size) => size >= wide);
    if (axis.type === "log") step = Math.max(1, Math.ceil(step));
    const ticks = [];
    for (let k = Math.ceil(low / step); k * step <= high * (1 + 1e-12); ++k) {
      const value = axis.type === "log" ? 10 ** (k * step) : k * step;
      ticks.push({value, text: String(+value.toPrecision(6)).replace("-", "\u2212")});
    }
    return ticks;
  }
}
