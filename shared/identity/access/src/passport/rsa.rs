//! Verification of RSASSA-PKCS1-v1_5 with SHA-256, RFC 8017: the signature, raised to the public exponent, must equal the
//! one encoded message that it can be. All values are public, so the time that an operation takes reveals no secret.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use sha2::{Digest as _, Sha256};

/// The accepted sizes of a modulus, bytes: 2048 to 4096 bits.
const SIZES: std::ops::RangeInclusive<usize> = 256..=512;

/// The DER prefix of a SHA-256 digest.
const DIGEST_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];

/// An RSA public key.
pub(crate) struct RsaKey {
    modulus: BoxedMontyParams,
    exponent: BoxedUint,
    /// The length of the modulus and of each signature, bytes.
    length: usize,
}

impl RsaKey {
    /// From modulus and exponent, big-endian; None: too small, too large, or not a key.
    pub(crate) fn read(modulus: &[u8], exponent: &[u8]) -> Option<Self> {
        let modulus = without_zeros(modulus);
        let exponent = without_zeros(exponent);
        let small_and_odd = exponent.len() <= 4 && exponent.last().is_some_and(|last| last % 2 == 1) && exponent != [1];
        if !SIZES.contains(&modulus.len()) || !small_and_odd {
            return None;
        }
        let odd: Option<Odd<BoxedUint>> = Odd::new(BoxedUint::from_be_slice_vartime(modulus)).into_option();
        let params = BoxedMontyParams::new_vartime(odd?);
        Some(Self { modulus: params, exponent: BoxedUint::from_be_slice_vartime(exponent), length: modulus.len() })
    }

    /// Whether `signature` is this key's signature of `message`.
    pub(crate) fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let Some(opened) = self.raise(signature, &self.exponent) else { return false };
        padded(message, self.length).is_some_and(|expected| expected == opened)
    }

    /// `number` to the power of `exponent`, as long as the modulus; None: `number` is not below the modulus.
    fn raise(&self, number: &[u8], exponent: &BoxedUint) -> Option<Vec<u8>> {
        if number.len() != self.length {
            return None;
        }
        let modulus = self.modulus.modulus().as_ref();
        let number = BoxedUint::from_be_slice(number, modulus.bits_precision()).ok()?;
        if number >= *modulus {
            return None;
        }
        let raised = BoxedMontyForm::new(number, &self.modulus);
        let raised = raised.pow_bounded_exp(exponent, exponent.bits_vartime()).retrieve().to_be_bytes();
        // Limbs are wider than bytes: the bytes beyond the length of the modulus are zero.
        raised.len().checked_sub(self.length).and_then(|start| raised.get(start..)).map(<[u8]>::to_vec)
    }

    /// Signs `message` with the private exponent of this key.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn sign(&self, private: &[u8], message: &[u8]) -> Option<Vec<u8>> {
        self.raise(&padded(message, self.length)?, &BoxedUint::from_be_slice_vartime(private))
    }
}

fn without_zeros(bytes: &[u8]) -> &[u8] {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    bytes.get(zeros..).unwrap_or_default()
}

/// The EMSA-PKCS1-v1_5 encoding of `message` in `length` bytes; None: that is too short.
fn padded(message: &[u8], length: usize) -> Option<Vec<u8>> {
    let digest = Sha256::digest(message);
    let fixed = DIGEST_INFO.len().checked_add(digest.len())?.checked_add(3)?;
    let padding = length.checked_sub(fixed).filter(|padding| *padding >= 8)?;
    let mut whole = Vec::with_capacity(length);
    whole.extend([0, 1]);
    whole.extend(std::iter::repeat_n(0xff, padding));
    whole.push(0);
    whole.extend(DIGEST_INFO);
    whole.extend(digest);
    Some(whole)
}
