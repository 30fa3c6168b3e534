/** A program of this project that the gateway starts. */
type Builtin = {
  /** From the top of the package. */
  readonly path: string
  /** It acts for who calls it, with their token; so it is nobody else's. */
  readonly actsForClient: boolean
  /** Whether it serves a directory, which `cwd` names. */
  readonly servesDirectory?: true
  /** What a token needs beside `mcp`, and why. */
  readonly needs?: { readonly scope: 'admin'; readonly why: string }
}

/** What a server is that says `builtin`. */
export const builtins = {
  'debug-server': { path: 'client/mcp/main.ts', actsForClient: true },
  manager: {
    path: 'client/manager/main.ts',
    actsForClient: false,
    needs: { scope: 'admin', why: 'it has programs run on this machine' },
  },
  workspace_fs: {
    path: 'services/proxy/programs/workspace-fs/main.ts',
    actsForClient: false,
    servesDirectory: true,
  },
  grep: { path: 'services/proxy/programs/grep/main.ts', actsForClient: false, servesDirectory: true },
} as const satisfies Readonly<Record<string, Builtin>>

export type BuiltinName = keyof typeof builtins

export const builtinOf = (name: BuiltinName | undefined): Builtin | undefined =>
  name === undefined ? undefined : builtins[name]
