// What can go wrong with an engine as a whole: its folder, its lock, its port, its settings. These
// are met by people who start it, never by clients of its APIs. Invariant: each says what to do
// next.
import { defineFaults } from '../schema/kernel/fault';

const because = (details: { reason: string }): string => details.reason;

/** Makers of the engine's own faults. */
export const engineFaults = defineFaults({
  configUnusable: {
    http: 500,
    message: (details: { file: string; problems: readonly string[] }) =>
      `could not use the engine's settings in ${details.file}: ${details.problems.join('; ')}; ` +
      'correct the file or remove it to run with the defaults',
  },
  dataFolderUnusable: {
    http: 500,
    message: (details: { folder: string; reason: string }) =>
      `could not use ${details.folder} as the engine's data folder: ${because(details)}; ` +
      'choose a folder on a local disk that you may write, with --data-dir',
  },
  recordsMissing: {
    http: 500,
    message: (details: { file: string; found: string }) =>
      `could not start without the records in ${details.file}: they are missing or empty, and ` +
      `bytes that only they can name are there (${details.found}); restore that file from a ` +
      'copy, or begin anew with: cinderkit engine reset',
  },
  engineLocked: {
    http: 409,
    message: (details: { folder: string; holder: string }) =>
      `could not start an engine in ${details.folder}: ${details.holder} holds its lock; ` +
      'use that engine, stop it, or choose another folder with --data-dir',
  },
  addressUnusable: {
    http: 500,
    message: (details: { host: string; port: number; reason: string }) =>
      `could not listen on ${details.host}:${details.port}: ${because(details)}; ` +
      'choose another port with --port, or 0 for any free one',
  },
  remoteRefused: {
    http: 400,
    message: (details: { host: string }) =>
      `could not listen on ${details.host}: it is not a loopback address, and the engine speaks ` +
      'plain HTTP; give --allow-remote only on a network that you trust',
  },
  poolUnusable: {
    http: 500,
    message: (details: { pool: string; problems: readonly string[] }) =>
      `could not open the pool ${details.pool}: ${details.problems.join('; ')}; ` +
      'provide what is missing or remove the pool from engine.yaml',
  },
  engineNotRunning: {
    http: 503,
    message: (details: { folder: string; reason: string }) =>
      `no engine runs in ${details.folder}: ${because(details)}; ` +
      'start one with: cinderkit engine start',
  },
  engineStuck: {
    http: 500,
    message: (details: { folder: string; pid: number; seconds: number }) =>
      `could not stop the engine in ${details.folder}: process ${details.pid} is still there ` +
      `after ${details.seconds} s; look at engine.log there, then end the process by hand`,
  },
  startFailed: {
    http: 500,
    message: (details: { folder: string; reason: string }) =>
      `could not start the engine in ${details.folder}: ${because(details)}; ` +
      'see engine.log in that folder',
  },
  resetRefused: {
    http: 400,
    message: (details: { folder: string; reason: string }) =>
      `could not reset the engine in ${details.folder}: ${because(details)}`,
  },
});
