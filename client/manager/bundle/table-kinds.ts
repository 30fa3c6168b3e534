/** What a bundle has, in the order in which it is told. */
export const tableKinds = ['servers', 'composites'] as const
