/** Where an upstream listens. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string }
