const at = (of, path) => path.split('.').reduce((of, key) => of?.[key], of);
const digits = v => v.toFixed(v < 10 ? 2 : v < 100 ? 1 : 0);
const units = [[9.995e-4, 1e6, 'µs'], [.9995, 1e3, 'ms'], [120, 1, 's'], [7200, 1 / 60, 'min'], [Infinity, 1 / 3600, 'h']];
const time = s => { const [, by, unit] = units.find(u => s < u[0]); return s ? `${digits(s * by)} ${unit}` : '0'; };
const show = { n: v => v.toLocaleString('en'), t: time, p: v => `${(100 * v).toFixed(1)} %`, d: v => v.toFixed(1), s: v => v };
async function update() {
  const answer = await fetch('stats.json', { cache: 'no-store' });
  const stats = answer.ok ? await answer.json() : null;
  if (`${stats?.operations.length}/${stats?.services.length}` !== document.body.dataset.shape) return location.reload();
  document.body.className = '';
  for (const e of document.querySelectorAll('[data-v]')) e.textContent = (v => v == null ? '–' : show[e.dataset.f](v))(at(stats, e.dataset.v));
  for (const e of document.querySelectorAll('[data-w]')) e.style.flexGrow = at(stats, e.dataset.w) || 0;
  for (const e of document.querySelectorAll('[data-state]')) e.dataset.state = e.textContent;
}
setInterval(() => update().catch(() => { document.body.className = 'stale'; }), 3000);
