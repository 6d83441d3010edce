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
  const [keptAnswers, program] = readParts();
  const script = new Script(program, {
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
  const wrapped = script.runInThisContext();
  const require_ = Module.createRequire(name);
  wrapped(started.exports, require_, started, name, __dirname, answersIn(keptAnswers));
}

// The last line is the program, the one before it the answers; each begins as a comment.
function readParts() {
  const bytes = fs.readFileSync(__filename);
  const program = bytes.lastIndexOf('\n//');
  const answers = bytes.lastIndexOf('\n//', program - 1);
  return [bytes.latin1Slice(answers + 3, program), bytes.latin1Slice(program + 3)];
}

function answersIn(text) {
  return (method) => {
    const kept = JSON.parse(text)[method];
    return kept && require('zlib').inflateRawSync(Buffer.from(kept, 'base64'));
  };
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

// Before the code stand its checksum, for V8 would run whatever a broken disk gives it, and how
// much of the program it holds: four bytes each.
function readKept(file) {
  try {
    const bytes = fs.readFileSync(file);
    const code = bytes.subarray(8);
    if (code.length > 0 && checksum(code) === bytes.readUInt32LE(0)) {
      return { richness: bytes.readUInt32LE(4), size: code.length, code };
    }
  } catch {
    // Nothing kept yet, or not for us to read.
  }
  return nothing;
}

function checksum(code) {
  // Against accidents alone, at each start: a digest would take longer than compiling less.
  return require('zlib').crc32(code);
}

// A run that did more than the one before knows more of the program; but V8 forgets code that a
// long run has not used for a while, so the larger one of the two is kept.
function keep({ script, file, before, richness }) {
  if (richness <= before.richness) return;
  try {
    const code = script.createCachedData();
    if (code.length <= before.size) return;
    const head = Buffer.alloc(8);
    head.writeUInt32LE(checksum(code), 0);
    head.writeUInt32LE(richness, 4);
    const draft = `${file}.${process.pid}`;
    fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    fs.writeFileSync(draft, Buffer.concat([head, code]), { mode: 0o600 });
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
