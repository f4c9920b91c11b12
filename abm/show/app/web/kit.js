// What the parts of the page share: numbers in words, bytes, ticks, colours of the theme.
const minus = (text) => text.replace("-", "\u2212");
function shown(value, unit) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  const size = Math.abs(value);
  let text;
  if (unit === "€") text = size >= 1e6 ? (value / 1e6).toFixed(2) + "M €" : Math.round(value).toLocaleString("en-GB") + " €";
  else if (size >= 1000) text = Math.round(value).toLocaleString("en-GB");
  else if (size >= 100) text = value.toFixed(0);
  else if (size >= 10) text = value.toFixed(1);
  else if (size >= 1) text = value.toFixed(2);
  else text = size < 0.0005 ? "0" : value.toFixed(size < 0.1 ? 3 : 2);
  return minus(text);
}
function signed(value, unit) {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return (value > 0 && shown(value, unit) !== "0" ? "+" : "") + shown(value, unit);
}
function bytes(text) {
  const raw = atob(text), out = new Uint8Array(raw.length);
  for (let n = 0; n < raw.length; n++) out[n] = raw.charCodeAt(n);
  return out;
}
function ticks(low, high, count) {
  const span = (high - low) / Math.max(1, count), power = Math.pow(10, Math.floor(Math.log10(span)));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * power).find((s) => s >= span * 0.999);
  const out = [];
  for (let v = Math.ceil(low / step - 1e-9) * step; v <= high + step * 1e-6; v += step) out.push(Math.abs(v) < step * 1e-6 ? 0 : v);
  return out;
}
function axisText(value) {
  const size = Math.abs(value);
  const text = size >= 1e6 ? value / 1e6 + "M" : size >= 10000 ? value / 1000 + "k" : String(Number(value.toPrecision(3)));
  return minus(text);
}
function save(name, type, content) {
  const data = bytes(content), link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([data], { type }));
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 5000);
}
function mixed(low, mid, high, level) {
  level = Math.max(0, Math.min(1, (level - 0.25) * 2)); // most trust lies between a quarter and three quarters
  const rgb = (hex) => [1, 3, 5].map((n) => parseInt(hex.slice(n, n + 2), 16));
  const from = level < 0.5 ? rgb(low) : rgb(mid), to = level < 0.5 ? rgb(mid) : rgb(high), part = level < 0.5 ? level * 2 : level * 2 - 1;
  return "rgb(" + from.map((v, n) => Math.round(v + (to[n] - v) * part)).join(",") + ")";
}
const parts = {};
