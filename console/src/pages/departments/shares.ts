// A share as somebody writes it, and as the API takes it. Amounts keep their digits.
import type { Allocation, AllocationMethod } from 'edge';
import { digits, exact, ofBasisPoints, toBasisPoints } from '../../lib/amount';
import type { Json } from '../../lib/json';

export type Share = { department: string; method: AllocationMethod; percent: string; amount: string; driver: string; gl: string };

export const emptyShare = (method: AllocationMethod = 'percentage'): Share => ({ department: '', method, percent: '', amount: '', driver: '', gl: '' });

export const shareOf = (of: Allocation): Share => ({
  department: of.department_id, method: of.method, percent: of.basis_points == null ? '' : ofBasisPoints(of.basis_points),
  amount: of.amount == null ? '' : digits(of.amount), driver: of.driver == null ? '' : digits(of.driver), gl: of.gl_code ?? '',
});

export const written = ({ method, percent, amount, driver, gl }: Share): Record<string, Json> => ({
  method,
  ...(method === 'percentage' ? { basis_points: toBasisPoints(percent) } : {}),
  ...(method === 'fixed' && amount.trim() !== '' ? { amount: exact(amount) } : {}),
  ...((method === 'usage' || method === 'headcount') && driver.trim() !== '' ? { driver: exact(driver) } : {}),
  ...(gl.trim() === '' ? {} : { gl_code: gl.trim() }),
});
