// The first code of the bundled Terraform provider: refuses an old Node in words, then runs the
// program that stands behind it in the same file, from the code that V8 made of it in an earlier
// run. Invariants: bundled for ES6, it parses in a Node of ten years ago; what was kept is used for
// the very same program and V8 alone; where nothing can be kept, all goes on without.
/* global neededMajor, neededMinor, programDigest */
const fs = require('fs');
const path = require('path');

const nothing = { richness: 0, size: 0, code: undefined };

refuseOldNode();
start();

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return;
  const needed = `Node ${neededMajor}.${neededMinor} or newer`;
  const found = `${process.versions.node} at ${process.execPath}`;
  const advice = 'put a newer node first on PATH where terraform or tofu runs';
  const line = `the cinderkit provider needs ${needed}, and found ${found}: ${advice}\n`;
  fs.writeSync(2, line);
  // A CLI shows its user the first line of standard output, and nothing of standard error.
  if (process.env.TF_PLUGIN_MAGIC_COOKIE) fs.writeSync(1, line);
  process.exit(1);
}

function start() {
  const { Script, constants } = require('vm');
  const Module = require('module');
  const name = path.join(__dirname, 'cinderkit-provider.js');
  const file = keptFile();
  const kept = readKept(file);
  const script = new Script(readProgram(), {
    filename: name,
    cachedData: kept.code,
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const before = script.cachedDataRejected ? nothing : { size: kept.size, richness: kept.richness };
  const started = new Module(name, module);
  started.filename = name;
  process.once('exit', () => {
    const { richness } = started.exports;
    if (file && richness) keep({ script, file, before, richness: richness() });
  });
  script.runInThisContext()(started.exports, Module.createRequire(name), started, name, __dirname);
}

function readProgram() {
  const text = fs.readFileSync(__filename, 'latin1');
  return text.slice(text.lastIndexOf('\n//') + 3);
}

// One file a program and V8: the digest tells apart programs that V8 itself tells by length alone.
function keptFile() {
  try {
    const name = [programDigest, process.arch, process.versions.v8].join('-');
    return path.join(cacheFolder(), 'cinderkit', 'compiled', name);
  } catch {
    // Nobody's home, as in some containers.
    return null;
  }
}

function cacheFolder() {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME) return XDG_CACHE_HOME;
  if (process.platform === 'win32' && LOCALAPPDATA) return LOCALAPPDATA;
  const home = require('os').homedir();
  const parts = process.platform === 'darwin' ? ['Library', 'Caches'] : ['.cache'];
  return path.join(home, ...parts);
}

// Before the code stand its checksum, for V8 would run whatever a broken disk gives it, and four
// bytes that say how much of the program it holds.
function readKept(file) {
  try {
    const bytes = fs.readFileSync(file);
    const code = bytes.subarray(36);
    if (code.length > 0 && checksum(code).equals(bytes.subarray(0, 32))) {
      return { richness: bytes.readUInt32LE(32), size: code.length, code };
    }
  } catch {
    // Nothing kept yet, or not for us to read.
  }
  return nothing;
}

function checksum(code) {
  return require('crypto').createHash('sha256').update(code).digest();
}

// A run that did more than the one before knows more of the program; but V8 forgets code that a
// long run has not used for a while, so the larger one of the two is kept.
function keep({ script, file, before, richness }) {
  if (richness <= before.richness) return;
  try {
    const code = script.createCachedData();
    if (code.length <= before.size) return;
    const rich = Buffer.alloc(4);
    rich.writeUInt32LE(richness, 0);
    const draft = `${file}.${process.pid}`;
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(draft, Buffer.concat([checksum(code), rich, code]), { mode: 0o600 });
    fs.renameSync(draft, file);
    forgetOldest(path.dirname(file));
  } catch {
    // A cache that cannot be written costs the next start some milliseconds and nothing else.
  }
}

function forgetOldest(folder) {
  const age = (file) => fs.statSync(file).mtimeMs;
  const files = fs.readdirSync(folder).map((name) => path.join(folder, name));
  files.sort((a, b) => age(b) - age(a));
  for (const file of files.slice(6)) fs.rmSync(file, { force: true });
}
