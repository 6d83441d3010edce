// What the toolchain tells its user: one line a tool, and progress for long steps. Invariants: on a
// terminal progress overwrites one line, elsewhere it is plain lines, seldom; colour only on a
// terminal without NO_COLOR; results for programs (JSON, shell) never share a stream with this.

const progressEveryMs = { terminal: 250, plain: 30_000 };

/**
 * @typedef {object} Report
 * @property {(text: string) => void} line says one thing
 * @property {(name: string, text: string) => void} have a tool is there
 * @property {(name: string, text: string) => void} lack a tool is not there
 * @property {(title: string) => Progress} start begins a long step
 *
 * @typedef {object} Progress
 * @property {(detail: string) => void} update what it is doing now
 * @property {() => number} end stops it; gives the seconds it took
 */

/**
 * A report that writes to `stream`.
 * @param {{ stream?: NodeJS.WriteStream, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Report}
 */
export function createReport({ stream = process.stderr, env = process.env } = {}) {
  const terminal = stream.isTTY === true;
  const paint = (/** @type {number} */ code, /** @type {string} */ text) =>
    terminal && !env.NO_COLOR ? `\u001b[${code}m${text}\u001b[0m` : text;
  const line = (/** @type {string} */ text) => void stream.write(`${text}\n`);
  return {
    line,
    have: (name, text) => line(`${paint(32, 'ok     ')} ${name.padEnd(10)} ${text}`),
    lack: (name, text) => line(`${paint(33, 'missing')} ${name.padEnd(10)} ${text}`),
    start: (title) => startProgress(stream, terminal, title),
  };
}

/**
 * @param {NodeJS.WriteStream} stream
 * @param {boolean} terminal
 * @param {string} title
 * @returns {Progress}
 */
function startProgress(stream, terminal, title) {
  const startedMs = Date.now();
  const seconds = () => Math.round((Date.now() - startedMs) / 1000);
  let detail = '';
  const text = () => `${title}: ${seconds()} s${detail === '' ? '' : `, ${detail}`}`;
  const show = () => {
    if (!terminal) stream.write(`${text()}\n`);
    else stream.write(`\r\u001b[K${text().slice(0, (stream.columns ?? 80) - 1)}`);
  };
  if (!terminal) stream.write(`${title} ...\n`);
  const timer = setInterval(show, terminal ? progressEveryMs.terminal : progressEveryMs.plain);
  timer.unref();
  return {
    update: (now) => {
      detail = now;
    },
    end: () => {
      clearInterval(timer);
      if (terminal) stream.write('\r\u001b[K');
      return seconds();
    },
  };
}
