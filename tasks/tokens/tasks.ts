import { configEnvironment, configParam } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { jsonParam } from '../json-flag.ts'
import { workspaceOf } from '../workspace.ts'

/** Tokens without a server: for the first one, and for the day on which nobody has one that works. */

export const tokenCreate = task({
  describe: 'Make a token; its secret alone goes to stdout, this once',
  params: z => ({
    name: z.string().describe('what it is called').meta({ positional: true }),
    scopes: z
      .array(z.string())
      .transform(texts => texts.flatMap(text => text.split(',').flatMap(scope => scope.trim() || [])))
      .describe('what it may do, as in cli,admin')
      .meta({ value: 'SCOPE,SCOPE' }),
    user: z
      .string()
      .optional()
      .describe('whose it is; the user of the same name, made where there is none, where this is not said')
      .meta({ value: 'NAME' }),
    expiresIn: z
      .string()
      .optional()
      .describe('such as 30d; never, where this is not said')
      .meta({ value: 'TIME' }),
    json: jsonParam(z),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params: { name, user, scopes, expiresIn, json }, root, print, log }) => {
    const { readTokenRequest } = await import('../../services/store/token-request.ts')
    const { makeToken, readExpiry } = await import('./tokens.ts')
    const request = readTokenRequest({
      name,
      user,
      scopes,
      expires_in: expiresIn === undefined ? undefined : readExpiry(expiresIn),
    })
    const made = await makeToken(await workspaceOf(root), request)
    print(json ? `${JSON.stringify(made, null, 2)}\n` : `${made.token}\n`)
    log(
      `${made.id} ${made.name} of ${made.user}: ${made.scopes.join(', ') || 'no scope, so it grants nothing'}; expires ${made.expires_at ?? 'never'}`,
    )
  },
})

export const tokenList = task({
  describe: 'List the tokens, without their secrets',
  onlyLooks: true,
  params: z => ({ json: jsonParam(z), config: configParam(z) }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params: { json }, root, print }) => {
    const { readTokens } = await import('./tokens.ts')
    const { tokenTable } = await import('./token-table.ts')
    const tokens = await readTokens(await workspaceOf(root))
    print(json ? `${JSON.stringify(tokens, null, 2)}\n` : tokenTable(tokens, Date.now()))
  },
})

export const tokenRevoke = task({
  describe: 'Make a token worthless at once',
  params: z => ({
    token: z
      .string()
      .min(1)
      .describe('its name or id: see npx task token:list')
      .meta({ positional: true, value: 'NAME|ID' }),
    config: configParam(z),
  }),
  setsEnv: params => configEnvironment(params),
  run: async (_, { params: { token }, root, print }) => {
    const { revoke } = await import('./tokens.ts')
    const { id, name } = await revoke(await workspaceOf(root), token)
    print(`${id} ${name} revoked\n`)
  },
})
