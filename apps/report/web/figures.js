// Makes plots of the still pictures, each when it comes into view, in its place and size. In print the pictures stay.
"use strict";

(() => {
  const mostOfPlotly = 4000;  // points: it makes an element of each, a canvas does not
  const config = {displaylogo: false, responsive: true, plotlyServerURL: "",
                  modeBarButtons: [["toImage", "zoom2d", "pan2d", "resetScale2d"]]};  // nothing that leads off the page
  const drawn = [];

  // The same with the page's colours in place of "@K".
  function colored(json, key = "") {
    if (typeof json === "string") return json.startsWith("@") && key.endsWith("color") ? glasscape.color(json) : json;
    if (json === null || typeof json !== "object" || key === "x" || key === "y" || key === "text" || key === "meta") return json;
    if (Array.isArray(json)) return json.map((item) => colored(item));
    return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, colored(value, name)]));
  }

  function dressed(layout) {
    const axis = {automargin: true, ticks: "outside", showline: true, zeroline: false, exponentformat: "power",
                  linecolor: glasscape.color("@6/0.8"), tickcolor: glasscape.color("@6/0.8"), gridcolor: glasscape.color("@6/0.13")};
    const dressedAxis = (own) => ({...axis, ...own, title: {...own.title, standoff: 8, font: {size: 12}}});
    const paper = glasscape.color("@paper"), touch = matchMedia("(pointer: coarse)").matches;
    return {...colored(layout), xaxis: dressedAxis(layout.xaxis), yaxis: dressedAxis(layout.yaxis), hovermode: "closest",
            dragmode: touch ? false : "zoom",  // a finger that moves over a plot scrolls the page
            paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", margin: {l: 12, r: 16, t: 8, b: 12},
            font: {family: "system-ui, sans-serif", size: 11.5, color: glasscape.color("@6")},
            modebar: {bgcolor: "rgba(0,0,0,0)", color: glasscape.color("@6/0.35"), activecolor: glasscape.color("@6/0.8")},
            hoverlabel: {bgcolor: paper, bordercolor: glasscape.color("@6/0.5"), font: {color: glasscape.color("@6")}, align: "left"},
            legend: {orientation: "h", x: 0, xanchor: "left", y: 1.01, yanchor: "bottom", bgcolor: "rgba(0,0,0,0)", itemwidth: 30}};
  }

  // Marks the chosen event: its point stands out, the others step back.
  function mark(plot) {
    plot.figure.data.forEach((trace, k) => {
      const place = trace.meta?.events ? trace.meta.events.indexOf(glasscape.chosen) : -1;
      if (!trace.meta?.events || glasscape.chosen === 0) return;
      Plotly.restyle(plot.area, {selectedpoints: [place < 0 ? null : [place]]}, [k]);
    });
  }

  function drawPlotly(plot) {
    const {data, layout} = plot.figure;
    const traces = data.map((trace) => ({...colored(trace),
      ...(trace.meta?.events ? {selected: {marker: trace.type === "bar" ? {opacity: 1} : {size: 13, opacity: 1}}, unselected: {marker: {opacity: 0.45}}} : {})}));
    Plotly.react(plot.area, traces, dressed(layout), config).then(() => {
      if (!plot.listens)
        plot.area.on("plotly_click", ({points}) => {
          const events = points[0].data.meta?.events;
          if (events) glasscape.choose(events[points[0].pointNumber]);
        });
      plot.listens = true;
      mark(plot);
      plot.area.classList.add("ready");
    });
  }

  function draw(frame) {
    const title = glasscape.element("div", {class: "plot-title"}, frame.dataset.title), area = glasscape.element("div", {class: "plot-area"});
    const box = glasscape.element("div", {class: "plot"}, title, area);
    const plot = {area, figure: JSON.parse(frame.parentElement.querySelector("script").textContent)};
    const {data} = plot.figure, points = data.reduce((sum, trace) => sum + (trace.x?.length ?? 0), 0);
    if (points === 0) return;  // the picture says so
    frame.append(box);
    frame.classList.add("covered");
    try {
      if (points > mostOfPlotly && data.every((trace) => trace.type === "scatter" && !trace.fill)) {
        plot.canvas = new CanvasPlot(area, plot.figure);
        area.classList.add("ready");
      } else {
        drawPlotly(plot);
      }
      drawn.push(plot);
    } catch (error) {
      box.remove();  // the picture is still there
      frame.classList.replace("covered", "failed");
      console.error(error);
    }
  }

  // Pictures that are slow to paint are not shown, see figure_element; their place stays.
  for (const frame of document.querySelectorAll(".heavy")) {
    const {width, height} = frame.querySelector("svg").viewBox.baseVal;
    frame.style.aspectRatio = `${width} / ${height}`;
  }

  const seen = new IntersectionObserver((entries) => {
    for (const {isIntersecting, target} of entries)
      if (isIntersecting) {
        seen.unobserve(target);
        draw(target);
      }
  }, {rootMargin: "300px"});
  for (const frame of document.querySelectorAll(".frame")) seen.observe(frame);

  glasscape.listeners.push(() => drawn.forEach((plot) => (plot.canvas ? plot.canvas.draw() : mark(plot))));
  glasscape.onSchemeChange(() => drawn.forEach((plot) => (plot.canvas ? plot.canvas.draw() : drawPlotly(plot))));
})();
