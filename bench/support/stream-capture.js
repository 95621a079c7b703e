/** Writes a capture of short connections that come and go to standard output: node stream-capture.js CONNECTIONS. */
import { writeSmallPackets } from './generate-captures.js';

writeSmallPackets('-', { connections: Number(process.argv[2]), concurrent: 2000 });
