/** What the bench measures: reads captures and tells what was in them and how much memory it took. */
import { readCaptures } from '@farewell/evidence/captures';

let reported = 0;
const summary = await readCaptures(process.argv.slice(2), {
  onConnection: () => {
    reported += 1;
  },
});
process.stdout.write(
  JSON.stringify({
    packets: summary.packets,
    connections: reported,
    problems: summary.problems.length,
    maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
