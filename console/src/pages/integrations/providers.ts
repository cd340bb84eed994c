// What each ledger is called, what connects it, and what is chosen for it.
import type { Provider } from 'edge';

export type Given = {
  /** What the API calls it. */
  name: string;
  label: string;
  /** It is sent, and never shown again. */
  isSecret?: boolean;
  /** It has several lines. */
  isLong?: boolean;
  placeholder?: string;
};

export type Ledger = {
  title: string;
  /** What the edge calls a connection to it that has no other name. */
  label: string;
  /** How the edge signs in. */
  says: string;
  /** Whether somebody signs in at the provider. */
  isConsented: boolean;
  credentials: Given[];
  options: Given[];
};

/** The operator of the edge may have registered an app for all tenants. */
const OPERATORS = "the operator's";
const APP: Given[] = [
  { name: 'client_id', label: 'Client id', placeholder: OPERATORS },
  { name: 'client_secret', label: 'Client secret', isSecret: true, placeholder: OPERATORS },
];

/** In the order in which they are shown. */
export const LEDGERS: Record<Provider, Ledger> = {
  quickbooks: { title: 'QuickBooks Online', label: 'QuickBooks', says: 'Somebody signs in at Intuit and chooses the company there.', isConsented: true, credentials: APP, options: [] },
  xero: { title: 'Xero', label: 'Xero', says: 'Somebody signs in at Xero and allows an organisation.', isConsented: true, credentials: APP, options: [{ name: 'scopes', label: 'Scopes', placeholder: 'those of accounting' }] },
  sap: {
    title: 'SAP S/4HANA', label: 'SAP', says: 'The edge signs in with a communication user, or with an OAuth 2.0 client in place of it.', isConsented: false,
    credentials: [
      { name: 'api_endpoint', label: 'Address of the system', placeholder: 'https://my300000-api.s4hana.cloud.sap' },
      { name: 'username', label: 'User' }, { name: 'password', label: 'Password', isSecret: true },
      { name: 'client_id', label: 'Client id, in place of the user' }, { name: 'client_secret', label: 'Client secret', isSecret: true },
      { name: 'api_key', label: "API key of SAP's sandbox", isSecret: true },
    ],
    options: [
      { name: 'company_code', label: 'Company code' }, { name: 'receivable_account', label: 'Reconciliation account of customers' }, { name: 'partner_grouping', label: 'Grouping of business partners' },
      { name: 'payment_terms', label: 'Payment terms' }, { name: 'tax_number_type', label: 'Type of tax numbers' }, { name: 'user', label: 'User of journal entries' },
      { name: 'journal_path', label: 'Path of journal entries' }, { name: 'token_path', label: 'Path of tokens' }, { name: 'scope', label: 'Scope of tokens' },
    ],
  },
  netsuite: {
    title: 'Oracle NetSuite', label: 'NetSuite', says: 'The edge signs each request with a token, or signs in with a certificate in place of it. Nobody has to sign in there.', isConsented: false,
    credentials: [
      { name: 'account_id', label: 'Account id', placeholder: '1234567_SB1' },
      { name: 'consumer_key', label: 'Consumer key', placeholder: OPERATORS }, { name: 'consumer_secret', label: 'Consumer secret', isSecret: true, placeholder: OPERATORS },
      { name: 'token_id', label: 'Token id' }, { name: 'token_secret', label: 'Token secret', isSecret: true },
      { name: 'client_id', label: 'Client id, in place of the token' }, { name: 'certificate_id', label: 'Certificate id' }, { name: 'private_key', label: 'Private key, PEM', isSecret: true, isLong: true },
    ],
    options: [{ name: 'subsidiary', label: 'Subsidiary, its internal id' }, { name: 'item_type', label: 'Type of items' }, { name: 'multi_currency', label: 'Several currencies', placeholder: 'true' }],
  },
  sage: { title: 'Sage Accounting', label: 'Sage', says: 'Somebody signs in at Sage; then the business is chosen.', isConsented: true, credentials: APP, options: [] },
  dynamics365: {
    title: 'Dynamics 365 Business Central', label: 'Dynamics 365', says: 'The edge signs in as an app that is registered at Microsoft and in Business Central.', isConsented: false,
    credentials: [{ name: 'tenant_id', label: 'Directory (tenant) id' }, { name: 'client_id', label: 'Application (client) id' }, { name: 'client_secret', label: 'Client secret', isSecret: true }],
    options: [{ name: 'environment_name', label: 'Environment', placeholder: 'Production' }],
  },
};
export const PROVIDERS = Object.keys(LEDGERS) as Provider[];
