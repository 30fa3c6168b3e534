import { type Candidate, type Completion, nothing } from '../../../lib/completion/completion.ts'
import { scopes } from '../../../services/contract/scopes.ts'
import type { Field, FieldKind } from '../fields.ts'
import { workingTree } from '../read-patch.ts'
import type { FlagWords } from '../words/words.ts'

/** What the server or the client's own file has names of. */
export type NamedKind =
  | 'artifact paths'
  | 'artifacts'
  | 'commands'
  | 'debug sessions'
  | 'discovered MCP servers'
  | 'environments'
  | 'installed MCP servers'
  | 'profiles'
  | 'repositories'
  | 'sessions'
  | 'sign-ins'
  | 'tokens'
  | 'users'

/** What may be typed for a value, as far as it is known without asking anybody. */
export type KnownValues =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file'; readonly words: readonly string[] }
  | { readonly kind: 'named'; readonly named: NamedKind }
  | { readonly kind: 'any' }

/** Fields that name something, whichever operation has them. */
const named: Readonly<Record<string, NamedKind>> = {
  actor: 'users',
  actor_token: 'tokens',
  after: 'commands',
  artifact: 'artifacts',
  command: 'commands',
  debug: 'debug sessions',
  environment: 'environments',
  repository: 'repositories',
  session: 'sessions',
  sign_in: 'sign-ins',
  token: 'tokens',
  user: 'users',
}

export function valuesOf({ name, type }: Field, read: FlagWords['read']): KnownValues {
  if (read === 'patch') return { kind: 'file', words: [workingTree, '-'] }
  if (read === 'file' || read === 'variables') return { kind: 'file', words: ['-'] }
  if (name === 'url') return { kind: 'file', words: [] }
  if (name === 'scopes') return { kind: 'words', words: scopes }
  const of = choicesOf(type)
  if (of !== undefined) return { kind: 'words', words: of }
  const found = named[name]
  // A list of texts that is no list of ids, such as the words of a command, is anything.
  if (found === undefined || (type.kind !== 'text' && name !== 'after')) return { kind: 'any' }
  return { kind: 'named', named: found }
}

function choicesOf(type: FieldKind): readonly string[] | undefined {
  if (type.kind === 'choice') return type.choices
  return type.kind === 'list' ? choicesOf(type.of) : undefined
}

/** Where `front` stands before the value in its word, as in `--status=`. */
export async function valueCompletion(
  values: KnownValues,
  front: string,
  namesOf: (named: NamedKind) => Promise<readonly Candidate[]>,
): Promise<Completion> {
  const behind = (candidates: readonly Candidate[]) =>
    candidates.map(({ text, ...rest }) => ({ text: front + text, ...rest }))
  const typed = (words: readonly string[]) => behind(words.map(text => ({ text })))
  switch (values.kind) {
    case 'words':
      return { candidates: typed(values.words) }
    case 'file':
      return { candidates: typed(values.words), filesFrom: front.length }
    case 'named':
      return { candidates: behind(await namesOf(values.named)) }
    case 'any':
      return nothing
  }
}
