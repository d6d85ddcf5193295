import { actionsOf, carriesKey, findAction } from '../policy/catalogue/index.js';
import { didYouMean } from './nearest.js';
import { printable } from './text.js';

export interface ActionFault {
  readonly message: string;
  readonly hint: string;
}

const OBJECT_TYPES = new Set(['object', 'accesspointobject']);

/**
 * What is wrong with an action in a template's list; undefined where nothing is. Only literal names of S3 actions on a
 * bucket's content are offered: nothing that changes the bucket's own configuration, no other service.
 */
export function actionFault(name: string): ActionFault | undefined {
  const shown = printable(name);
  if (/[*?$]/.test(name)) {
    return {
      message: `the action "${shown}" has a wildcard or variable`,
      hint: 'List each action by its literal name.',
    };
  }
  const names = actionsOf('s3').map((action) => action.name);
  if (!name.startsWith('s3:')) {
    return {
      message: `"${shown}" is no action of S3`,
      hint: 'Only s3: actions are offered, spelled as AWS spells them.',
    };
  }
  const action = findAction(name);
  if (action === undefined || action.name !== name) {
    const hint = action === undefined ? didYouMean(name, names, 'actions').split(' Known')[0] : `Write ${action.name}.`;
    return { message: `"${shown}" is no action of S3`, hint: hint ?? 'See the Service Authorization Reference.' };
  }
  if (action.resourceTypes.some((type) => OBJECT_TYPES.has(type))) return undefined;
  if (!action.resourceTypes.includes('bucket')) {
    return {
      message: `"${shown}" works neither on a bucket nor on its objects`,
      hint: 'Remove it: a connection grants access to buckets and objects only.',
    };
  }
  if (action.access !== 'List' && action.access !== 'Read') {
    return {
      message: `"${shown}" changes the configuration of the bucket itself`,
      hint: "Remove it: a vendor must not change a bucket's own configuration.",
    };
  }
  return undefined;
}

/** What the action works on (Service Authorization Reference, resource types). */
export function levelOf(name: string): 'bucket' | 'object' {
  return findAction(name)?.resourceTypes.some((type) => OBJECT_TYPES.has(type)) === true ? 'object' : 'bucket';
}

/** Whether a request of the action carries `s3:prefix` (only listings of keys do). */
export function carriesPrefix(name: string): boolean {
  const action = findAction(name);
  return action !== undefined && carriesKey(action, 's3:prefix');
}

/** Whether the action only reads. */
export function onlyReads(name: string): boolean {
  const access = findAction(name)?.access;
  return access === 'Read' || access === 'List';
}
