// Runs the services' HTTP faces under uwsgi, each on its port of the loopback address.
import { join } from 'node:path';
import { startDaemon } from './daemons.mjs';
import { address } from './layout.mjs';
import { writeIni } from './settings-files.mjs';

/** Starts the WSGI program `file` as the daemon `name`. Repeatable. */
export async function startWebApp(layout, name, { port, file, args, env }) {
  // A file and not flags: uwsgi knows the options of its Python plugin only once that is loaded.
  const ini = writeIni(join(layout.etc, `${name}.ini`), {
    uwsgi: {
      plugins: 'python3',
      'http-socket': `${address}:${port}`,
      'wsgi-file': file,
      pyargv: args?.join(' '),
      master: true,
      processes: 2,
      threads: 1,
      'enable-threads': true,
      'lazy-apps': true,
      'need-app': true,
      'no-orphans': true,
      'die-on-term': true,
      'thunder-lock': true,
      'buffer-size': 65_535,
      'http-raw-body': true,
      // Uploads to Glance come in chunks of unknown total length.
      'wsgi-manage-chunked-input': true,
      // uwsgi closes after each answer without saying so, which clients would take for a failure.
      'add-header': 'Connection: close',
      'disable-logging': true,
    },
  });
  await startDaemon(layout, name, { command: 'uwsgi', args: ['--ini', ini], port, env });
}
