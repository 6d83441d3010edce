// The limit for listings, a process of its own: fastify that answers bytes it has at hand, as many
// as the engine's answer has. Usage: bare-server.mjs BYTES; prints its URL.
import fastify from 'fastify';

const body = Buffer.alloc(Number(process.argv[2]), 0x20);
const app = fastify({ logger: false });
app.get('/', (_request, reply) => reply.header('Content-Type', 'application/json').send(body));
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
process.on('SIGTERM', () => process.exit(0));
