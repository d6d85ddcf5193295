import { principalFault, principalKind } from '../template/principals.js';
import { printable, sentence } from '../template/text.js';
import type { TemplateSettings } from '../template/types.js';
import type { Places } from './places.js';
import type { ConnectionEntry, ResolvedConnection, Site } from './types.js';
import { externalIdFault } from './values.js';

export function checkTrust(
  entry: ConnectionEntry,
  at: string,
  method: ResolvedConnection['method'],
  settings: TemplateSettings,
  site: Site,
  vendor: string,
  places: Places,
): void {
  const trust = entry.trust ?? {};
  const fail = (key: string, message: string, hint: string): never => places.fail(`${at}/trust/${key}`, message, hint);
  (trust.principals ?? []).forEach((principal, i) => {
    const wrong = principalFault(principal);
    if (wrong !== undefined) fail(`principals/${i}`, sentence(wrong.message), wrong.hint);
  });
  if ((trust.principals?.length ?? 0) > 0 && (method === 'user' || method === 'anonymous')) {
    fail(
      'principals',
      `The method ${method} trusts nobody else.`,
      'Remove the principals, or use the method role or bucket-policy.',
    );
  }
  (trust.externalIds ?? []).forEach((id, i) => {
    const wrong = externalIdFault(id);
    if (wrong !== undefined) fail(`externalIds/${i}`, sentence(wrong.message), wrong.hint);
  });
  if ((trust.externalIds?.length ?? 0) > 0) {
    if (method !== 'role' && method !== 'existing-role') {
      fail('externalIds', `The method ${method} has no external ID.`, 'Remove it, or use the method role.');
    }
    if (settings.externalId?.mode === 'none') {
      fail(
        'externalIds',
        `${vendor} sends no external ID; a role that asks for one would lock it out.`,
        'Remove the external ID.',
      );
    }
  }
  (trust.verifiers ?? []).forEach((verifier, i) => {
    const kind = principalKind(verifier);
    if (kind !== 'user' && kind !== 'role') {
      const wrong = principalFault(verifier);
      fail(
        `verifiers/${i}`,
        sentence(wrong?.message ?? `"${printable(verifier)}" is no user and no role`),
        'Give the ARN of a user or role of the own account.',
      );
    }
    const account = verifier.split(':')[4];
    if (site.account !== undefined && account !== site.account) {
      fail(
        `verifiers/${i}`,
        `The verifier ${printable(verifier)} is not of the own account ${site.account}.`,
        'Only own identities may verify.',
      );
    }
  });
  if ((trust.verifiers?.length ?? 0) > 0 && method !== 'role') {
    fail(
      'verifiers',
      `Verifiers assume the role that s3connect makes; the method ${method} makes none.`,
      'Remove them.',
    );
  }
}
