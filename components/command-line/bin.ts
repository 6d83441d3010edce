#!/usr/bin/env node
// The program `cinderkit`. Invariant: V8's compile cache is on before anything heavy is loaded, for
// it halves the time to a ready engine from the second start on.
import { enableCompileCache } from 'node:module';
import type * as commandLine from './command-line';

enableCompileCache();

// Loaded here and not above: an import would be done before the cache is on.
const { runCommandLine } = require('./command-line') as typeof commandLine;

void runCommandLine(process.argv);
