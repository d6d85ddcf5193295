// Applies or removes the connections of a file in this process and prints when each AWS call began and ended.
import { createAwsAccess } from '../dist/aws/access.js';
import { loadConnections } from '../dist/connection/load.js';
import { resolveConnections } from '../dist/connection/resolve.js';
import { execute } from '../dist/engine/execute.js';
import { prepare } from '../dist/engine/prepare.js';

const [path, goal] = process.argv.slice(2);
const file = await loadConnections(path);
const connections = await resolveConnections({ file, flags: {}, names: [], cwd: process.cwd() });
const calls = [];
const aws = createAwsAccess({
  profile: undefined,
  profileFromFlag: false,
  region: undefined,
  endpointUrl: undefined,
  concurrency: 8,
  env: process.env,
  onCall: ({ ms, service, operation }) => {
    const end = performance.now();
    calls.push({ name: `${service}:${operation}`, start: end - ms, end });
  },
});
// Loading the SDK is measured as start-up, not here.
await aws.ports({}).sts.getCallerIdentity();
await Promise.all([aws.ports({}).iam.getRole('none'), aws.ports({}).s3.headBucket('none')]);
calls.length = 0;
const start = performance.now();
await execute(await prepare({ connections, goal, aws }));
console.log(JSON.stringify({ wall: performance.now() - start, calls }));
aws.close();
