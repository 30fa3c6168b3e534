import { UserError } from '../../lib/user-error.ts'
import { configEnvironment, configOption, configUsage } from '../config-flag.ts'
import { task } from '../engine/task.ts'
import { jsonOption, readWords } from '../words.ts'
import { workspaceOf } from '../workspace.ts'

/** Tokens without a server: for the first one, and for the day on which nobody has one that works. */

export const tokenCreate = task({
  describe: 'Make a token; its secret alone goes to stdout, this once',
  args: {
    usage: `NAME --scopes SCOPE,SCOPE [--expires-in TIME] [--json] ${configUsage}`,
    parse: argv => {
      const { values, positionals } = readWords(argv, {
        options: {
          scopes: { type: 'string', multiple: true },
          'expires-in': { type: 'string' },
          ...jsonOption,
          ...configOption,
        },
        positionals: 1,
      })
      const [name] = positionals
      if (name === undefined)
        throw new UserError('what is the token to be called?', { fix: `token:create NAME --scopes cli` })
      if (values.scopes === undefined)
        throw new UserError('what may the token do?', {
          fix: `name its scopes: token:create ${name} --scopes cli`,
        })
      return {
        name,
        scopes: values.scopes
          .flatMap(text => text.split(','))
          .map(text => text.trim())
          .filter(Boolean),
        expires: values['expires-in'],
        json: values.json === true,
      }
    },
    environment: configEnvironment,
  },
  run: async (_, { args: { json, expires, ...typed }, root, print, log }) => {
    const { readTokenRequest } = await import('../../services/store/token-request.ts')
    const { makeToken, readExpiry } = await import('./tokens.ts')
    const request = readTokenRequest({
      ...typed,
      expires_in: expires === undefined ? undefined : readExpiry(expires),
    })
    const made = await makeToken(await workspaceOf(root), request)
    print(json ? `${JSON.stringify(made, null, 2)}\n` : `${made.token}\n`)
    log(
      `${made.id} ${made.name}: ${made.scopes.join(', ') || 'no scope, so it grants nothing'}; expires ${made.expires_at ?? 'never'}`,
    )
  },
})

export const tokenList = task({
  describe: 'List the tokens, without their secrets',
  args: {
    usage: `[--json] ${configUsage}`,
    parse: argv => readWords(argv, { options: { ...jsonOption, ...configOption } }).values,
    environment: configEnvironment,
  },
  run: async (_, { args, root, print }) => {
    const { readTokens } = await import('./tokens.ts')
    const { tokenTable } = await import('./token-table.ts')
    const tokens = await readTokens(await workspaceOf(root))
    print(args.json === true ? `${JSON.stringify(tokens, null, 2)}\n` : tokenTable(tokens, Date.now()))
  },
})

export const tokenRevoke = task({
  describe: 'Make a token worthless at once',
  args: {
    usage: `NAME|ID ${configUsage}`,
    parse: argv => {
      const { positionals } = readWords(argv, { options: configOption, positionals: 1 })
      const [reference] = positionals
      if (reference === undefined || reference === '')
        throw new UserError('which token?', { fix: 'its name or id: see npx task token:list' })
      return reference
    },
    environment: configEnvironment,
  },
  run: async (_, { args, root, print }) => {
    const { revoke } = await import('./tokens.ts')
    const { id, name } = await revoke(await workspaceOf(root), args)
    print(`${id} ${name} revoked\n`)
  },
})
