import type {
  Argument,
  ArrowFunctionExpression,
  CallExpression,
  Expression,
  Function as FunctionNode,
  MemberExpression,
  ObjectExpression,
  ParamPattern,
  Statement,
} from 'oxc-parser'

/** What a name of a module may be used for where nothing but declaring is allowed. */
export type NameUse =
  /** Its value, and to be called where that is a function. */
  | 'value'
  /** To be called with the options of a task, of which functions only run when the task does. */
  | 'declares'
  /** To be called with values. */
  | 'computes'
  /** To be handed to a task as what it runs. */
  | 'runs'

export interface ModuleNames {
  /** Whether the module has such a name, imported ones included. */
  readonly declares: (name: string) => boolean
  readonly allows: (name: string, use: NameUse) => boolean
}

type Locals = ReadonlySet<string>
export type AnyFunction = FunctionNode | ArrowFunctionExpression

/** Values that are there without being declared. */
const constants = new Set(['undefined', 'NaN', 'Infinity'])
/** Functions of theirs make values from values. */
const statics: Readonly<Record<string, readonly string[]>> = {
  Object: ['fromEntries', 'entries', 'keys', 'values'],
  Array: ['from', 'of', 'isArray'],
  JSON: ['stringify', 'parse'],
  Math: ['max', 'min', 'floor', 'ceil', 'round', 'trunc', 'abs'],
}
const conversions = new Set(['String', 'Number', 'Boolean'])
/** Methods of texts and lists that make values from values. Of an object of the module's own they are functions of its own. */
const methods = new Set(
  `at concat endsWith entries every filter find findLast flat flatMap includes indexOf join keys map match padEnd padStart
   reduce repeat replace replaceAll slice some split startsWith substring toLowerCase toReversed toSorted toString toUpperCase
   trim trimEnd trimStart values with`.split(/\s+/),
)
/** Behind the options of a task are functions that need not be pure; the constructor of a function makes others of a text. */
const hidden = new Set(['options', 'constructor'])
/** Of the options of a task: functions that only run when it does, or that say of themselves what they depend on. */
const late = new Set(['run', 'params', 'inputs', 'outputs', 'confirm', 'setsEnv', 'instead', 'look', 'check'])

/**
 * Says of the expressions of a module whether they come to the same each time, whatever else has changed: whether they consist
 * of literals, of names that do, of functions that consist of such, and of tasks that are declared. What it does not know
 * is taken for something else: assignments, `new`, classes, loops, and globals such as `process`.
 */
export class PureExpressions {
  readonly #names: ModuleNames

  constructor(names: ModuleNames) {
    this.#names = names
  }

  isPure(node: Expression | Argument, locals: Locals = new Set()): boolean {
    const pure = (part: Expression | Argument) => this.isPure(part, locals)
    switch (node.type) {
      case 'Literal':
        return true
      case 'Identifier':
        return this.#isValue(node.name, locals)
      case 'TemplateLiteral':
        return node.expressions.every(pure)
      case 'ArrayExpression':
        return node.elements.every(element => element === null || pure(element))
      case 'ObjectExpression':
        return this.#isObject(node, locals, false)
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
        return this.isPureFunction(node, locals)
      case 'UnaryExpression':
        return node.operator !== 'delete' && pure(node.argument)
      case 'BinaryExpression':
      case 'LogicalExpression':
        return node.left.type !== 'PrivateIdentifier' && pure(node.left) && pure(node.right)
      case 'ConditionalExpression':
        return pure(node.test) && pure(node.consequent) && pure(node.alternate)
      case 'SpreadElement':
        return pure(node.argument)
      case 'ParenthesizedExpression':
      case 'ChainExpression':
      case 'TSAsExpression':
      case 'TSSatisfiesExpression':
      case 'TSNonNullExpression':
        return pure(node.expression)
      case 'MemberExpression':
        return isOwnPlace(node) || (pure(node.object) && this.#isKey(node, locals))
      case 'CallExpression':
        return this.#isCall(node, locals)
      default:
        return false
    }
  }

  /** Whether a function comes to the same each time it is called with the same. */
  isPureFunction({ async, generator, params, body }: AnyFunction, outer: Locals): boolean {
    const locals = new Set(outer)
    if (async || generator || body === null) return false
    if (!params.every(param => this.#takes(param, locals))) return false
    return body.type === 'BlockStatement'
      ? body.body.every(statement => this.#isStep(statement, locals))
      : this.isPure(body as Expression, locals)
  }

  #isStep(node: Statement, locals: Set<string>): boolean {
    switch (node.type) {
      case 'VariableDeclaration':
        return (
          node.kind === 'const' &&
          node.declarations.every(
            ({ id, init }) =>
              init !== null && this.isPure(init, locals) && this.#takes(id as ParamPattern, locals),
          )
        )
      case 'ReturnStatement':
        return node.argument === null || this.isPure(node.argument, locals)
      case 'IfStatement':
        return (
          this.isPure(node.test, locals) &&
          this.#isStep(node.consequent, new Set(locals)) &&
          (node.alternate === null || this.#isStep(node.alternate, new Set(locals)))
        )
      case 'BlockStatement': {
        const inner = new Set(locals)
        return node.body.every(statement => this.#isStep(statement, inner))
      }
      default:
        return false
    }
  }

  /** Adds the names of a pattern; false where it computes more than defaults. */
  #takes(node: ParamPattern, locals: Set<string>): boolean {
    switch (node.type) {
      case 'Identifier':
        locals.add(node.name)
        return true
      case 'AssignmentPattern':
        return this.isPure(node.right, locals) && this.#takes(node.left as ParamPattern, locals)
      case 'RestElement':
        return this.#takes(node.argument as ParamPattern, locals)
      case 'ArrayPattern':
        return node.elements.every(part => part === null || this.#takes(part as ParamPattern, locals))
      case 'ObjectPattern':
        return node.properties.every(part =>
          part.type === 'RestElement'
            ? this.#takes(part, locals)
            : !part.computed && !isHidden(part.key) && this.#takes(part.value as ParamPattern, locals),
        )
      default:
        return false
    }
  }

  #isCall({ callee, arguments: given }: CallExpression, locals: Locals): boolean {
    const pure = (part: Argument) => this.isPure(part, locals)
    if (callee.type === 'Identifier') {
      const { name } = callee
      if (locals.has(name)) return given.every(pure)
      if (this.#names.allows(name, 'declares')) return given.every(part => this.#isDeclaring(part, locals))
      if (this.#names.declares(name))
        return (this.#names.allows(name, 'computes') || this.#isValue(name, locals)) && given.every(pure)
      return conversions.has(name) && given.every(pure)
    }
    if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier')
      return false
    const { object, property } = callee
    const isStatic =
      object.type === 'Identifier' &&
      !locals.has(object.name) &&
      !this.#names.declares(object.name) &&
      statics[object.name]?.includes(property.name) === true
    return (isStatic || (methods.has(property.name) && pure(object))) && given.every(pure)
  }

  #isDeclaring(node: Argument, locals: Locals): boolean {
    return node.type === 'ObjectExpression' ? this.#isObject(node, locals, true) : this.isPure(node, locals)
  }

  #isObject({ properties }: ObjectExpression, locals: Locals, declaring: boolean): boolean {
    return properties.every(part => {
      if (part.type === 'SpreadElement') return this.isPure(part.argument, locals)
      const { kind, key, computed, value } = part
      if (kind !== 'init' || (computed && !this.isPure(key as Expression, locals))) return false
      const name = computed || key.type !== 'Identifier' ? '' : key.name
      if (declaring && late.has(name)) return this.#isLate(value, locals)
      // When a service is ready.
      if (declaring && name === 'ready') return this.#isDeclaring(value, locals)
      return this.isPure(value, locals)
    })
  }

  #isLate(value: Expression, locals: Locals): boolean {
    if (value.type === 'ArrowFunctionExpression' || value.type === 'FunctionExpression') return true
    if (value.type === 'Identifier' && !locals.has(value.name) && this.#names.allows(value.name, 'runs'))
      return true
    return this.isPure(value, locals)
  }

  #isValue(name: string, locals: Locals): boolean {
    if (locals.has(name)) return true
    return this.#names.declares(name) ? this.#names.allows(name, 'value') : constants.has(name)
  }

  #isKey({ computed, property }: MemberExpression, locals: Locals): boolean {
    return computed
      ? this.isPure(property as Expression, locals) && !(property.type === 'Literal' && isHidden(property))
      : property.type === 'Identifier' && !isHidden(property)
  }
}

/** Of what names a property as it stands there. */
function isHidden(key: {
  readonly type: string
  readonly name?: unknown
  readonly value?: unknown
}): boolean {
  return hidden.has(String(key.type === 'Literal' ? key.value : key.name))
}

/** `import.meta.dirname` and the like, which a file has as long as it stays where it is. */
function isOwnPlace({ object, property, computed }: MemberExpression): boolean {
  return (
    object.type === 'MetaProperty' &&
    !computed &&
    property.type === 'Identifier' &&
    ['dirname', 'filename', 'url'].includes(property.name)
  )
}
