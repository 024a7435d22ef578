// Writes src/generated from proto/: `npm run proto`. With --check, says whether what is committed is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { loadDescriptors, presenceOf, protoPackage } from '../src/descriptors.js';

const target = new URL('../src/generated/shapes.ts', import.meta.url);
const strictFiles = /(state|agent)\.proto$/;
const scalars: Readonly<Record<string, string>> = {
  string: 'string',
  bool: 'boolean',
  bytes: 'Uint8Array',
  int32: 'number',
  int64: 'number',
  uint32: 'number',
  uint64: 'number',
  double: 'number',
  float: 'number',
};

function comment(text: string | null, indent: string): string {
  return text ? `${indent}/** ${text.replace(/\s*\n\s*/g, ' ').replaceAll('*/', '* /')} */\n` : '';
}

function typeOf(field: protobuf.Field, implicit: boolean): string {
  const type = field.resolvedType;
  if (type instanceof protobuf.Enum) {
    const name = enumName(type);
    return implicit ? `${name} | 'UNSET'` : name;
  }
  if (type instanceof protobuf.Type) {
    if (type.fullName === '.google.protobuf.Timestamp') return 'Timestamp';
    if (type.fullName.startsWith('.google.')) return 'Readonly<Record<string, unknown>>';
    return type.name;
  }
  const scalar = scalars[field.type];
  if (!scalar) throw new Error(`no TypeScript type for ${field.fullName}: ${field.type}`);
  return scalar;
}

function enumName(type: protobuf.Enum): string {
  return type.name === 'Value' ? (type.parent?.name ?? type.name) : `${type.parent?.name ?? ''}${type.name}`;
}

function member(field: protobuf.Field): string {
  field.resolve();
  const strict = strictFiles.test(field.filename ?? field.parent?.filename ?? '');
  const presence = presenceOf(field);
  const type = typeOf(field, presence === 'implicit');
  const doc = comment(field.comment, '  ');
  const list = type.includes('|') ? `readonly (${type})[]` : `readonly ${type}[]`;
  if (presence === 'list')
    return `${doc}  readonly ${field.name}${strict ? '' : '?'}: ${list}${strict ? '' : ' | undefined'};\n`;
  if (presence === 'map') {
    const map = `Readonly<Record<string, ${type}>>`;
    return `${doc}  readonly ${field.name}${strict ? '' : '?'}: ${map}${strict ? '' : ' | undefined'};\n`;
  }
  if (presence === 'implicit') return `${doc}  readonly ${field.name}: ${type};\n`;
  return `${doc}  readonly ${field.name}?: ${type} | undefined;\n`;
}

function enums(type: protobuf.Type): string {
  return type.nestedArray
    .filter((n) => n instanceof protobuf.Enum)
    .map((e) => {
      const zero = e.valuesById[0];
      const values = Object.keys(e.values).filter((v) => v !== zero || !v.endsWith('UNSET'));
      const name = enumName(e);
      return (
        `${comment(e.comment ?? type.comment, '')}export type ${name} =\n${values.map((v) => `  | '${v}'`).join('\n')};\n` +
        `export const ${name[0]?.toLowerCase()}${name.slice(1)}Values: readonly ${name}[] = [${values.map((v) => `'${v}'`).join(', ')}];\n\n`
      );
    })
    .join('');
}

function isHolder(type: protobuf.Type): boolean {
  return type.fieldsArray.length === 0 && type.nestedArray.some((n) => n instanceof protobuf.Enum);
}

function render(): string {
  const root = loadDescriptors();
  const space = root.lookup(protoPackage) as protobuf.Namespace;
  const types = space.nestedArray.filter((n) => n instanceof protobuf.Type);
  const services = space.nestedArray.filter((n) => n instanceof protobuf.Service);
  let out = '// Written by packages/model/scripts/generate.ts from proto/. Not by hand: `npm run proto`.\n\n';
  out +=
    '/** google.protobuf.Timestamp. */\nexport interface Timestamp {\n  readonly seconds: number;\n  readonly nanos: number;\n}\n\n';
  for (const type of types) out += enums(type);
  const messages = types.filter((t) => !isHolder(t));
  for (const type of messages)
    out += `${comment(type.comment, '')}export interface ${type.name} {\n${type.fieldsArray.map(member).join('')}}\n\n`;
  out += `/** Every message by its name. */\nexport interface MessageShapes {\n${messages.map((t) => `  readonly ${t.name}: ${t.name};\n`).join('')}}\n\n`;
  for (const service of services) {
    out += `${comment(service.comment, '')}export interface ${service.name}Operations {\n`;
    for (const m of service.methodsArray)
      out += `${comment(m.comment, '  ')}  readonly ${m.name}: { readonly request: ${m.requestType}; readonly response: ${m.responseType} };\n`;
    out += '}\n\n';
  }
  return `${out.trimEnd()}\n`;
}

const fresh = render();
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== fresh) {
    process.stderr.write('packages/model/src/generated is stale: npm run proto\n');
    process.exitCode = 1;
  }
} else writeFileSync(target, fresh);
