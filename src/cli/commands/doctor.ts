import type { RunCommand } from '../context.js';
import { EXIT, highestExitCode } from '../exit-codes.js';
import { connectionFlags } from '../options.js';
import { renderTable } from '../render/table.js';
import { jsonText, plain } from '../render/text.js';
import { failedCodes, loadFile, regionsFor, type Selection, selectConnections } from '../selection.js';

/** `doctor`: who am I, and which permissions are missing for what I asked. */
export const run: RunCommand = async (context, args, options) => {
  const { path, file } = await loadFile(context);
  const nothing: Selection = {
    path,
    file,
    flags: {},
    connections: [],
    failed: [],
    namespace: null,
    knownNames: [],
  };
  const asked = file !== undefined || connectionFlags(options).template !== undefined || args.length > 0;
  const selection = asked ? await selectConnections(context, args, options) : nothing;
  const { diagnose } = await import('../../engine/doctor.js');
  const regions = await regionsFor(context, file);
  const defaults = file?.data.defaults;
  const site = selection.connections[0]?.site;
  const region = site?.region ?? regions.region ?? defaults?.region ?? regions.defaultRegion;
  const profile = site?.profile ?? defaults?.profile;
  const diagnosis = await diagnose(selection.connections, await context.aws(), {
    ...(region === undefined ? {} : { region }),
    ...(profile === undefined ? {} : { profile }),
  });
  const { colours, width } = context;
  context.emit(diagnosis, () => {
    const { caller, missing, policy, judged } = diagnosis;
    const lines = [`You are ${plain(caller.arn)}`, `account  ${caller.account}`, `region   ${diagnosis.region}`, ''];
    if (!judged)
      lines.push(colours.yellow('Your own policies may not be read, so that nothing can be said about the rest.'));
    if (missing.length === 0) {
      const what = selection.connections.length === 0 ? 'No connection was asked for.' : 'No permission is missing.';
      return [...lines, colours.green(what)].join('\n');
    }
    const rows = missing.map((each) => [each.action, each.resource, each.for]);
    lines.push(renderTable(['MISSING', 'ON', 'FOR'], rows, width));
    lines.push('', 'A policy for your administrator:', jsonText(policy));
    return lines.join('\n');
  });
  const missing = diagnosis.missing.length > 0 ? [EXIT.denied] : [];
  return highestExitCode([...failedCodes(selection), ...missing]);
};
