// Scales: from values to places, and where to put ticks. A logarithmic axis is said to be one by its ticks.
(() => {
  const scale = (app.scale = {});

  function span(values) {
    const finite = values.filter((value) => Number.isFinite(value));
    return finite.length ? [Math.min(...finite), Math.max(...finite)] : [0, 1];
  }
  scale.span = span;

  // From zero where zero is meaningful: `zero` asks for it.
  scale.linear = (values, [from, to], zero) => {
    let [low, high] = span(values);
    if (zero) low = Math.min(0, low);
    if (high <= low) high = low + (Math.abs(low) || 1);
    const step = nice((high - low) / 5);
    low = Math.floor(low / step + 1e-9) * step;
    high = Math.ceil(high / step - 1e-9) * step;
    const at = (value) => from + ((value - low) / (high - low)) * (to - from);
    const ticks = [];
    for (let index = 0; low + index * step <= high + step / 2; index += 1) ticks.push(Number((low + index * step).toPrecision(12)));
    return { at, ticks, low, high, log: false };
  };

  function nice(rough) {
    const power = 10 ** Math.floor(Math.log10(rough || 1));
    const part = rough / power;
    return (part <= 1 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10) * power;
  }

  scale.log = (values, [from, to], room = 6) => {
    let [low, high] = span(values.filter((value) => value > 0));
    if (!(low > 0)) [low, high] = [1, 10];
    if (high / low < 1.1) [low, high] = [low / 1.05, high * 1.05];
    const [a, b] = [Math.log(low) - 0.04 * Math.log(high / low), Math.log(high) + 0.04 * Math.log(high / low)];
    const at = (value) => from + ((Math.log(Math.max(value, 1e-300)) - a) / (b - a)) * (to - from);
    return { at, ticks: logTicks(Math.exp(a), Math.exp(b), room), low: Math.exp(a), high: Math.exp(b), log: true };
  };

  // 1, 2, 5 of each power of ten, or of fewer powers, until they fit; over a short way round numbers at equal steps.
  function logTicks(low, high, room) {
    if (high / low < 3) {
      const ticks = [];
      const step = nice((high - low) / Math.max(Math.min(room, 8) - 1, 2));
      for (let index = Math.ceil(low / step); index * step <= high; index += 1) ticks.push(Number((index * step).toPrecision(6)));
      if (ticks.length > 1) return ticks;
    }
    for (const steps of [[1, 1.2, 1.5, 2, 3, 4, 5, 7], [1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1, 3], [1]]) {
      const ticks = [];
      for (let power = Math.floor(Math.log10(low)) - 1; power <= Math.ceil(Math.log10(high)); power += 1) {
        for (const step of steps) {
          const tick = Number((step * 10 ** power).toPrecision(6));
          if (tick >= low && tick <= high) ticks.push(tick);
        }
      }
      if (ticks.length <= room && ticks.length > 1) return ticks;
      if (steps.length === 1 && ticks.length > 1) {
        const each = Math.ceil(ticks.length / room);
        return ticks.filter((_, index) => index % each === 0);
      }
    }
    return [low, high].map((value) => Number(value.toPrecision(2)));
  }

  // Places side by side, for what has an order and no distance.
  scale.steps = (names, [from, to]) => {
    const width = (to - from) / Math.max(names.length, 1);
    const places = new Map(names.map((name, index) => [name, from + (index + 0.5) * width]));
    return { at: (name) => places.get(name), ticks: names, log: false, width };
  };

  // Moves labels apart that would lie on each other: [{ y }], in place.
  scale.spread = (labels, gap, low, high) => {
    labels.sort((a, b) => a.y - b.y);
    for (let index = 1; index < labels.length; index += 1) {
      labels[index].y = Math.max(labels[index].y, labels[index - 1].y + gap);
    }
    let limit = high;
    for (let index = labels.length - 1; index >= 0; index -= 1) {
      labels[index].y = Math.max(Math.min(labels[index].y, limit), low);
      limit = labels[index].y - gap;
    }
    return labels;
  };
})();
