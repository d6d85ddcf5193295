/** One action as the Service Authorization Reference lists it. */
export interface CatalogueAction {
  /** `s3:GetObject`, spelled as AWS spells it. */
  readonly name: string;
  readonly service: string;
  readonly access: 'Read' | 'List' | 'Write' | 'Tagging' | 'Permissions management';
  /** Resource types (`bucket`, `object`, `role` …) that the action takes; empty where only `*` fits. */
  readonly resourceTypes: readonly string[];
  /** Condition keys that a request of this action may carry, the global ones (`aws:…`) not included. */
  readonly conditionKeys: readonly string[];
}

export function findAction(_name: string): CatalogueAction | undefined {
  throw new Error('not built yet');
}

export function actionsOf(_service: string): readonly CatalogueAction[] {
  throw new Error('not built yet');
}

export function isBucketAction(_name: string): boolean {
  throw new Error('not built yet');
}

export function isObjectAction(_name: string): boolean {
  throw new Error('not built yet');
}
