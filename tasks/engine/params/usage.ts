import type { ParamDeclaration } from './declaration.ts'

/** What may follow a task's name, on one line: `NAME [FILE…] --scopes SCOPE… [--json] [-- WORD…]`. */
export function usageOf(declarations: readonly ParamDeclaration[], rest: boolean): string {
  const places = declarations.filter(({ positional }) => positional)
  const flags = declarations.filter(({ positional, hidden }) => !positional && hidden !== true)
  return [...places.map(placeText), ...flags.map(flagText), ...(rest ? ['[-- WORD…]'] : [])].join(' ')
}

/** What a positional is called where it is spoken of. */
export function placeName({ value, name }: ParamDeclaration): string {
  return value ?? name.toUpperCase()
}

function placeText(declaration: ParamDeclaration): string {
  const { variadic, required } = declaration
  const text = `${placeName(declaration)}${variadic ? '…' : ''}`
  return required ? text : `[${text}]`
}

function flagText({ flag, kind, value, required }: ParamDeclaration): string {
  const text = kind === 'boolean' ? flag : `${flag} ${value}${kind === 'list' ? '…' : ''}`
  return required ? text : `[${text}]`
}
