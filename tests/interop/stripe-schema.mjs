// Cuts the shapes that the stand-in Stripe answers with, and the parameters that it takes, out of the types of Stripe's own
// SDK, which Stripe generates from its OpenAPI description. Writes JSON Schema to standard output.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

// What is answered, by the name that stands in `object`.
const OBJECTS = {
  'checkout.session': ['Checkout/Sessions', 'Session'],
  customer: ['Customers', 'Customer'],
  event: ['Events', 'EventBase'],
  invoice: ['Invoices', 'Invoice'],
  line_item: ['InvoiceLineItems', 'InvoiceLineItem'],
  plan: ['Plans', 'Plan'],
  price: ['Prices', 'Price'],
  product: ['Products', 'Product'],
  subscription: ['Subscriptions', 'Subscription'],
  subscription_item: ['SubscriptionItems', 'SubscriptionItem'],
};

// What is taken.
const PARAMETERS = {
  'POST /v1/checkout/sessions': ['Checkout/Sessions', 'Checkout.SessionCreateParams'],
  'GET /v1/checkout/sessions': ['Checkout/Sessions', 'Checkout.SessionListParams'],
  'POST /v1/checkout/sessions/{id}/expire': ['Checkout/Sessions', 'Checkout.SessionExpireParams'],
  'POST /v1/customers': ['Customers', 'CustomerCreateParams'],
  'POST /v1/customers/{id}': ['Customers', 'CustomerUpdateParams'],
  'GET /v1/customers': ['Customers', 'CustomerListParams'],
  'POST /v1/invoices/create_preview': ['Invoices', 'InvoiceCreatePreviewParams'],
  'POST /v1/invoices/{id}/pay': ['Invoices', 'InvoicePayParams'],
  'POST /v1/invoices/{id}/void': ['Invoices', 'InvoiceVoidInvoiceParams'],
  'GET /v1/invoices': ['Invoices', 'InvoiceListParams'],
  'POST /v1/prices': ['Prices', 'PriceCreateParams'],
  'GET /v1/prices': ['Prices', 'PriceListParams'],
  'POST /v1/products': ['Products', 'ProductCreateParams'],
  'POST /v1/subscriptions/{id}': ['Subscriptions', 'SubscriptionUpdateParams'],
  'DELETE /v1/subscriptions/{id}': ['Subscriptions', 'SubscriptionCancelParams'],
  'POST /v1/subscriptions/{id}/resume': ['Subscriptions', 'SubscriptionResumeParams'],
  'GET /v1/subscriptions': ['Subscriptions', 'SubscriptionListParams'],
  'POST /v1/subscription_items/{id}': ['SubscriptionItems', 'SubscriptionItemUpdateParams'],
};

// Wide and of no use here: anything may stand in them.
const LEFT_OUT = new Set([
  'payment_method_options', 'payment_settings', 'shipping_options', 'shipping_address_collection', 'issuer', 'custom_fields',
  'custom_text', 'schedule_details', 'customer_details', 'automatic_tax', 'pending_update', 'last_finalization_error',
  'payment_method_configuration_details', 'collected_information', 'saved_payment_method_options', 'billing_schedules',
  'payment_method_data', 'invoice_creation', 'payment_intent_data', 'branding_settings', 'rendering', 'payments', 'tax',
  'currency_options', 'tax_id_data', 'customer_tax_ids', 'shipping_cost', 'shipping_details', 'shipping', 'optional_items',
  'excluded_payment_method_types', 'allowed_payment_method_types', 'total_taxes', 'taxes', 'customer_shipping', 'default_price_data',
]);

const sdk = path.join(process.cwd(), 'node_modules/stripe');
const version = JSON.parse(readFileSync(path.join(sdk, 'package.json'), 'utf8')).version;
const openapi = readFileSync(path.join(sdk, 'OPENAPI_VERSION'), 'utf8').trim();
const apiVersion = /'([^']+)'/.exec(readFileSync(path.join(sdk, 'esm/apiVersion.js'), 'utf8'))[1];
const file = (name) => path.join(sdk, 'esm/resources', `${name}.d.ts`);
const wanted = [...Object.values(OBJECTS), ...Object.values(PARAMETERS)];
const program = ts.createProgram([...new Set(wanted.map(([name]) => file(name)))], {
  strict: true, module: ts.ModuleKind.NodeNext, moduleResolution: ts.ModuleResolutionKind.NodeNext, skipLibCheck: true, types: [],
});
const checker = program.getTypeChecker();
const flag = (type, bits) => (type.flags & bits) !== 0;

function declared([name, symbol]) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(file(name)));
  let within = module;
  for (const part of symbol.split('.')) {
    within = checker.getExportsOfModule(within).find((one) => one.name === part);
    if (!within) throw new Error(`${name} has no ${symbol}`);
  }
  return checker.getDeclaredTypeOfSymbol(within);
}

// The name that a type gives in `object`, where it is one of Stripe's objects.
function objectName(type) {
  const property = type.getProperty?.('object');
  const value = property && checker.getTypeOfSymbol(property);
  return value?.isStringLiteral() && value.value !== 'list' ? value.value : undefined;
}

function union(types, seen) {
  const enumerated = types.filter((type) => type.isStringLiteral() || type.isNumberLiteral()).map((type) => type.value);
  // `string & {}` stands for values that later versions may add.
  const isOpen = (type) => type.isIntersection() && type.types.some((one) => flag(one, ts.TypeFlags.String));
  const others = types.filter((type) => !type.isStringLiteral() && !type.isNumberLiteral() && !isOpen(type));
  const booleans = others.filter((type) => flag(type, ts.TypeFlags.BooleanLiteral));
  const schemas = others.filter((type) => !booleans.includes(type)).map((type) => schema(type, seen));
  if (booleans.length > 0) schemas.push({ type: 'boolean' });
  if (enumerated.length > 0) schemas.push({ enum: enumerated.sort() });
  const unique = [...new Map(schemas.filter(Boolean).map((one) => [JSON.stringify(one), one])).values()];
  return unique.length === 1 ? unique[0] : { anyOf: unique };
}

function object(type, seen) {
  const index = checker.getIndexTypeOfType(type, ts.IndexKind.String);
  if (index) return { type: 'object', additionalProperties: schema(index, seen) };
  const properties = {};
  const required = [];
  for (const property of checker.getPropertiesOfType(type)) {
    const optional = (property.flags & ts.SymbolFlags.Optional) !== 0;
    const value = checker.getTypeOfSymbol(property);
    if (property.name === 'deleted' || flag(value, ts.TypeFlags.Never)) continue;
    properties[property.name] = LEFT_OUT.has(property.name) ? {} : schema(value, seen);
    if (!optional) required.push(property.name);
  }
  return { type: 'object', properties, ...(required.length > 0 && { required }) };
}

function schema(type, seen) {
  if (flag(type, ts.TypeFlags.Undefined | ts.TypeFlags.Void)) return undefined;
  if (flag(type, ts.TypeFlags.Null)) return { type: 'null' };
  if (flag(type, ts.TypeFlags.Any | ts.TypeFlags.Unknown)) return {};
  if (type.isUnion()) return union(type.types, seen);
  if (type.isStringLiteral() || type.isNumberLiteral()) return { enum: [type.value] };
  if (flag(type, ts.TypeFlags.String)) return { type: 'string' };
  if (flag(type, ts.TypeFlags.Number)) return { type: 'number' };
  if (flag(type, ts.TypeFlags.BooleanLike)) return { type: 'boolean' };
  // Decimals travel as strings.
  if (type.isIntersection() || type.symbol?.name === 'Decimal') return { type: 'string' };
  if (checker.isArrayType(type)) return { type: 'array', items: schema(checker.getTypeArguments(type)[0], seen) };
  const name = objectName(type);
  if (name && seen.length > 0) return name in OBJECTS ? { $ref: name } : { object: name };
  if (seen.includes(type)) return {};
  return object(type, [...seen, type]);
}

const cut = (names) => Object.fromEntries(Object.entries(names).map(([name, one]) => [name, schema(declared(one), [])]));
const source = `stripe ${version} for Node, OpenAPI ${openapi}`;
const lines = (record) => `{\n${Object.entries(record).map(([name, one]) => `${JSON.stringify(name)}: ${JSON.stringify(one)}`).join(',\n')}\n}`;
console.log(
  `{"source": ${JSON.stringify(source)}, "api_version": ${JSON.stringify(apiVersion)},\n"objects": ${lines(cut(OBJECTS))},\n"parameters": ${lines(cut(PARAMETERS))}}`,
);
