#!/usr/bin/env node
import { main } from './main.ts';

// The reader of a pipe may leave early (`causeway objects list | head`): that is no error of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => { process.exit(error.code === 'EPIPE' ? 0 : 1); });

process.exitCode = await main(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, stdin: process.stdin });
