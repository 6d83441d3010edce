// Asks one URL again and again over a few kept connections and counts the answers: with wrk where
// it is installed, for it leaves most of the processor to the server, else with undici in a process
// of its own.
import { findProgram, runProgram } from './place.mjs';
import { join } from 'node:path';

const connections = 4;

/** Which generator this machine has. */
export function loadGenerator() {
  return findProgram('wrk')
    ? `wrk, ${connections} connections`
    : `undici, ${connections} connections`;
}

/** Requests a second over `seconds`. Throws where an answer was not 200. */
export async function requestRate(url, { token, seconds }) {
  const wrk = findProgram('wrk');
  if (!wrk) return ownRate(url, { token, seconds });
  const header = ['-H', `X-Auth-Token: ${token}`];
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, ...header, url];
  const said = await runProgram(wrk, args);
  const bad = /Non-2xx[^\n]*|Socket errors[^\n]*/.exec(said);
  if (bad) throw new Error(`load on ${url}: ${bad[0]}`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(said)?.[1]);
}

async function ownRate(url, { token, seconds }) {
  const script = join(import.meta.dirname, 'own-load.mjs');
  const args = [script, url, token, String(connections), String(seconds)];
  return Number(await runProgram(process.execPath, args));
}
