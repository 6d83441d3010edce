// Libraries without what the provider never uses: undici's fetch, caches and mocks, gRPC's client
// side, zod's forty languages. A command starts the plugin two to five times, and each start would
// load them all. Invariant: what is left is the library's own code; where a library has changed its
// shape the build ends instead of leaving something out.
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Faces that name the parts in use. The build fails where `holds` is no longer in the original. */
const faces = [
  {
    file: /node_modules\/undici\/index\.js$/,
    holds: [
      "const Agent = require('./lib/dispatcher/agent')",
      "const EnvHttpProxyAgent = require('./lib/dispatcher/env-http-proxy-agent')",
      'Object.assign(Dispatcher.prototype, api)',
      'module.exports.request = makeDispatcher(api.request)',
      'path: url.search ? `${url.pathname}${url.search}` : url.pathname',
    ],
    contents: `
      const Dispatcher = require('./lib/dispatcher/dispatcher');
      const util = require('./lib/core/util');
      Dispatcher.prototype.request = require('./lib/api/api-request');
      exports.Agent = require('./lib/dispatcher/agent');
      Object.defineProperty(exports, 'EnvHttpProxyAgent', {
        get: () => require('./lib/dispatcher/env-http-proxy-agent'),
      });
      exports.request = (address, { dispatcher, ...options }) => {
        const { origin, pathname, search } = util.parseURL(address);
        return dispatcher.request({ ...options, origin, path: pathname + search });
      };`,
  },
  {
    file: /node_modules\/zod\/v4\/locales\/index\.js$/,
    holds: ['export { default as en } from "./en.js"'],
    contents: "export { default as en } from './en.js';",
  },
  {
    file: /node_modules\/@grpc\/grpc-js\/build\/src\/index\.js$/,
    holds: ['require("./server")', 'require("./server-credentials")', 'require("./constants")'],
    contents: `
      exports.Server = require('./server').Server;
      exports.ServerCredentials = require('./server-credentials').ServerCredentials;
      exports.status = require('./constants').Status;`,
  },
  {
    // Its server side is one class without imports; the rest is a client of load reports.
    file: /node_modules\/@grpc\/grpc-js\/build\/src\/orca\.js$/,
    holds: ['class PerRequestMetricRecorder', "exports.GRPC_METRICS_HEADER = '"],
    shorten: orcaForServers,
  },
  {
    // Channelz is switched off; of its client it needs none.
    file: /node_modules\/@grpc\/grpc-js\/build\/src\/make-client\.js$/,
    holds: ['exports.loadPackageDefinition = loadPackageDefinition'],
    contents: `
      exports.loadPackageDefinition = () => {
        throw new Error('this bundle holds no gRPC client');
      };`,
  },
];

/** The plugin of esbuild that puts the faces in place. */
export const leanLibraries = {
  name: 'lean-libraries',
  setup(build) {
    const used = new Set();
    // Of the two forms in which it is published, the one that can be put into one piece.
    build.onResolve({ filter: /^zod$/ }, ({ kind, path, resolveDir }) =>
      kind === 'require-call'
        ? build.resolve(path, { kind: 'import-statement', resolveDir })
        : undefined,
    );
    for (const face of faces) {
      build.onLoad({ filter: face.file }, ({ path }) => {
        used.add(face);
        return { contents: leanText(face, path), resolveDir: dirname(path), loader: 'js' };
      });
    }
    build.onEnd(() => {
      const unused = faces.filter((face) => !used.has(face)).map(({ file }) => String(file));
      if (unused.length > 0) throw new Error(`the bundle no longer holds ${unused.join(', ')}`);
    });
  },
};

function leanText({ holds, contents, shorten }, path) {
  const text = readFileSync(path, 'utf8');
  const missing = holds.find((part) => !text.includes(part));
  if (missing !== undefined) throw new Error(`${path} has changed: it does not hold ${missing}`);
  return contents ?? shorten(text, path);
}

function orcaForServers(text, path) {
  const recorder = /^class PerRequestMetricRecorder \{\n[^]*?^\}/m.exec(text)?.[0];
  const header = /^exports\.GRPC_METRICS_HEADER = '.*';$/m.exec(text)?.[0];
  if (!recorder || !header) throw new Error(`${path} has changed: no recorder of metrics in it`);
  return `${header}\n${recorder}\nexports.PerRequestMetricRecorder = PerRequestMetricRecorder;`;
}
