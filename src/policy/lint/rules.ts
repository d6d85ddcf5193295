import { actions } from './themes/actions.js';
import { conditions } from './themes/conditions.js';
import { documents } from './themes/documents.js';
import { grammar } from './themes/grammar.js';
import { principals } from './themes/principals.js';
import { resources } from './themes/resources.js';
import { trustTheme } from './themes/trust.js';
import type { Rule, Theme } from './types.js';

export const THEMES: Readonly<Record<string, Theme>> = {
  Grammar: grammar,
  Principals: principals,
  'Role trust': trustTheme,
  Actions: actions,
  Resources: resources,
  Conditions: conditions,
  Documents: documents,
};

/** Every finding id with its severity, reason, remedy and source. */
export const RULES: ReadonlyMap<string, Rule> = new Map(
  Object.values(THEMES).flatMap((theme) => Object.entries(theme.rules)),
);
