// The load generator of last resort, a process of its own: GET of one URL over kept connections for
// some seconds; prints requests a second. Usage: own-load.mjs URL TOKEN CONNECTIONS SECONDS
import { Pool } from 'undici';

const [url, token, connections, seconds] = process.argv.slice(2);
const { origin, pathname, search } = new URL(url);
const pool = new Pool(origin, { connections: Number(connections), pipelining: 1 });
const began = performance.now();
const until = began + Number(seconds) * 1000;
let answers = 0;

async function ask() {
  while (performance.now() < until) {
    const headers = { 'x-auth-token': token };
    const reply = await pool.request({ method: 'GET', path: pathname + search, headers });
    if (reply.statusCode !== 200) throw new Error(`${url} answered ${reply.statusCode}`);
    await reply.body.dump({ limit: Infinity });
    answers += 1;
  }
}

await Promise.all(Array.from({ length: Number(connections) }, ask));
console.log((answers * 1000) / (performance.now() - began));
await pool.close();
