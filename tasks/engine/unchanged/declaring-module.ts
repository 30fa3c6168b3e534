import type { Expression, Program, Statement } from 'oxc-parser'
import { type AnyFunction, type NameUse, PureExpressions } from './pure-expressions.ts'

/** Where an import of a module leads. */
export type ImportedModule =
  /** The engine: what it exports declares tasks. */
  | { readonly kind: 'engine' }
  | { readonly kind: 'local'; readonly module: () => DeclaringModule | undefined }
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'package' }

type Name =
  | { readonly kind: 'imported'; readonly from: ImportedModule; readonly name: string }
  | { readonly kind: 'value' }
  | { readonly kind: 'function'; readonly node: AnyFunction; pure?: boolean }

const declaring = new Set(['task', 'service', 'mount', 'group'])
/** Functions of node:path that look at nothing but their arguments. */
const computing: Readonly<Record<string, readonly string[]>> = {
  path: ['join', 'dirname', 'basename', 'extname'],
}

/**
 * A module of which it is to be known whether it only declares: whether what it exports is the same each time it is
 * loaded, as long as its files are. It runs nothing of it.
 */
export class DeclaringModule {
  readonly #names = new Map<string, Name>()
  readonly #exported = new Map<string, string>()
  readonly #pure: PureExpressions
  readonly #isDeclaring: boolean

  constructor({ body }: Program, lookUp: (specifier: string) => ImportedModule) {
    const allows = (name: string, use: NameUse) => this.#allows(name, use)
    this.#pure = new PureExpressions({ declares: name => this.#names.has(name), allows })
    for (const node of body) this.#collect(node as Statement, lookUp)
    this.#isDeclaring = body.every(node => this.#declares(node as Statement, lookUp))
  }

  get isDeclaring(): boolean {
    return this.#isDeclaring
  }

  /** Whether what it exports under a name may be used where only declaring is allowed. */
  exportAllows(name: string, use: NameUse): boolean {
    const own = this.#exported.get(name)
    return own !== undefined && this.#allows(own, use)
  }

  #allows(name: string, use: NameUse): boolean {
    const known = this.#names.get(name)
    switch (known?.kind) {
      case undefined:
        return false
      case 'value':
        return use === 'value' || use === 'runs'
      case 'function':
        return use === 'runs' || (use === 'value' && this.#isPure(known))
      case 'imported':
        return importAllows(known, use)
    }
  }

  /** One that calls itself is as pure as the rest of it. */
  #isPure(name: Name & { readonly kind: 'function' }): boolean {
    if (name.pure === undefined) {
      name.pure = true
      name.pure = this.#pure.isPureFunction(name.node, new Set())
    }
    return name.pure
  }

  /** The names first, for functions may use what stands below them. */
  #collect(node: Statement, lookUp: (specifier: string) => ImportedModule): void {
    switch (node.type) {
      case 'ImportDeclaration':
        for (const specifier of node.importKind === 'type' ? [] : node.specifiers) {
          const name = specifier.type === 'ImportSpecifier' ? nameOf(specifier.imported) : specifier.type
          this.#names.set(specifier.local.name, { kind: 'imported', from: lookUp(node.source.value), name })
        }
        return
      case 'ExportNamedDeclaration':
        for (const { local, exported } of node.source === null ? node.specifiers : [])
          this.#exported.set(nameOf(exported), nameOf(local))
        if (node.declaration !== null) {
          const before = new Set(this.#names.keys())
          this.#collect(node.declaration as Statement, lookUp)
          for (const name of this.#names.keys()) if (!before.has(name)) this.#exported.set(name, name)
        }
        return
      case 'VariableDeclaration':
        for (const { id, init } of node.declarations) {
          if (id.type !== 'Identifier') continue
          const fn = init === null ? undefined : functionIn(init)
          this.#names.set(id.name, fn === undefined ? { kind: 'value' } : { kind: 'function', node: fn })
        }
        return
      case 'FunctionDeclaration':
        if (node.id !== null) this.#names.set(node.id.name, { kind: 'function', node })
        return
      default:
        return
    }
  }

  #declares(node: Statement, lookUp: (specifier: string) => ImportedModule): boolean {
    switch (node.type) {
      case 'ImportDeclaration': {
        if (node.importKind === 'type') return true
        if (node.attributes.length > 0) return false
        const from = lookUp(node.source.value)
        if (from.kind === 'local') return from.module()?.isDeclaring === true
        // A package that nobody takes anything from is imported for what it does.
        return from.kind !== 'package' || node.specifiers.length > 0
      }
      case 'ExportNamedDeclaration':
        if (node.exportKind === 'type') return true
        if (node.source !== null) return false
        return node.declaration === null || this.#declares(node.declaration as Statement, lookUp)
      case 'ExportDefaultDeclaration':
        return this.#pure.isPure(node.declaration as Expression)
      case 'VariableDeclaration':
        return (
          node.kind === 'const' &&
          node.declarations.every(
            ({ id, init }) =>
              id.type === 'Identifier' &&
              init !== null &&
              (functionIn(init) !== undefined || this.#pure.isPure(init)),
          )
        )
      case 'FunctionDeclaration':
      case 'TSTypeAliasDeclaration':
      case 'TSInterfaceDeclaration':
      case 'EmptyStatement':
        return true
      default:
        return false
    }
  }
}

function importAllows({ from, name }: Name & { readonly kind: 'imported' }, use: NameUse): boolean {
  switch (from.kind) {
    case 'engine':
      return use === 'declares' && declaring.has(name)
    case 'builtin':
      return use === 'computes' && computing[from.name]?.includes(name) === true
    case 'package':
      return false
    case 'local':
      return from.module()?.exportAllows(name, use) === true
  }
}

function functionIn(node: Expression): AnyFunction | undefined {
  switch (node.type) {
    case 'ArrowFunctionExpression':
    case 'FunctionExpression':
      return node
    case 'ParenthesizedExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return functionIn(node.expression)
    default:
      return undefined
  }
}

const nameOf = (
  node: { readonly type: string } & ({ readonly name: string } | { readonly value: string }),
) => ('name' in node ? node.name : node.value)
