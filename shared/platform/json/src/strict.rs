//! A deserializer that refuses a list where an object is expected. It wraps the deserializer of a type and of each value
//! inside; after inlining, only the check remains.

use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess, SeqAccess, Unexpected, VariantAccess, Visitor,
};

/// A wrapper around a deserializer, or a part of one, that refuses a list where an object is expected.
pub struct Strict<T>(T);

impl<T> Strict<T> {
    /// Wraps `inner`.
    pub const fn new(inner: T) -> Self {
        Self(inner)
    }
}

/// A visitor that expects an object.
struct OfObject<V>(V);

macro_rules! forward {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
            self.0.$method(Strict(visitor))
        }
    )*};
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Strict<D> {
    type Error = D::Error;

    forward! {
        deserialize_any deserialize_bool deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_i128 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 deserialize_u128
        deserialize_f32 deserialize_f64 deserialize_char deserialize_str deserialize_string deserialize_bytes
        deserialize_byte_buf deserialize_option deserialize_unit deserialize_seq deserialize_map
        deserialize_identifier deserialize_ignored_any
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_struct(name, fields, OfObject(visitor))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_unit_struct(name, Strict(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, name: &'static str, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, Strict(visitor))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple(length, Strict(visitor))
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        length: usize,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_tuple_struct(name, length, Strict(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, Strict(visitor))
    }

    fn is_human_readable(&self) -> bool {
        self.0.is_human_readable()
    }
}

macro_rules! visit {
    ($($method:ident: $type:ty,)*) => {$(
        fn $method<E: Error>(self, value: $type) -> Result<V::Value, E> {
            self.0.$method(value)
        }
    )*};
}

macro_rules! visitor {
    ($name:ident, $seq:item) => {
        impl<'de, V: Visitor<'de>> Visitor<'de> for $name<V> {
            type Value = V::Value;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.expecting(formatter)
            }

            visit! {
                visit_bool: bool, visit_i8: i8, visit_i16: i16, visit_i32: i32, visit_i64: i64, visit_i128: i128,
                visit_u8: u8, visit_u16: u16, visit_u32: u32, visit_u64: u64, visit_u128: u128, visit_f32: f32,
                visit_f64: f64, visit_char: char, visit_str: &str, visit_borrowed_str: &'de str, visit_string: String,
                visit_bytes: &[u8], visit_borrowed_bytes: &'de [u8], visit_byte_buf: Vec<u8>,
            }

            fn visit_none<E: Error>(self) -> Result<V::Value, E> {
                self.0.visit_none()
            }

            fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
                self.0.visit_unit()
            }

            fn visit_some<D: Deserializer<'de>>(self, some: D) -> Result<V::Value, D::Error> {
                self.0.visit_some(Strict(some))
            }

            fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
                self.0.visit_newtype_struct(Strict(inner))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
                self.0.visit_map(Strict(map))
            }

            fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
                self.0.visit_enum(Strict(data))
            }

            $seq
        }
    };
}

visitor! {
    Strict,
    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Strict(seq))
    }
}

visitor! {
    OfObject,
    fn visit_seq<A: SeqAccess<'de>>(self, _: A) -> Result<V::Value, A::Error> {
        Err(A::Error::invalid_type(Unexpected::Seq, &"an object"))
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Strict<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Strict(deserializer))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Strict(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, A::Error> {
        self.0.next_key_seed(Strict(seed))
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Strict(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: EnumAccess<'de>> EnumAccess<'de> for Strict<A> {
    type Error = A::Error;
    type Variant = Strict<A::Variant>;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self::Variant), A::Error> {
        self.0.variant_seed(Strict(seed)).map(|(value, variant)| (value, Strict(variant)))
    }
}

impl<'de, A: VariantAccess<'de>> VariantAccess<'de> for Strict<A> {
    type Error = A::Error;

    fn unit_variant(self) -> Result<(), A::Error> {
        self.0.unit_variant()
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, A::Error> {
        self.0.newtype_variant_seed(Strict(seed))
    }

    fn tuple_variant<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, A::Error> {
        self.0.tuple_variant(length, Strict(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, A::Error> {
        self.0.struct_variant(fields, OfObject(visitor))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::value::RawValue;
    use serde_json::{Value, json};

    use crate::{Strict, from_slice, from_str, from_value};

    #[derive(Debug, PartialEq, Deserialize)]
    struct Inner {
        number: i64,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    enum Kind {
        Plain,
        Boxed(Inner),
        Named { inner: Inner },
        Pair(i64, i64),
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Wrapped(Inner);

    #[derive(Debug, Deserialize)]
    struct Outer {
        #[serde(default)]
        inner: Option<Inner>,
        #[serde(default)]
        many: Vec<Inner>,
        #[serde(default)]
        by_name: BTreeMap<String, Inner>,
        #[serde(default)]
        kind: Option<Kind>,
        #[serde(default)]
        wrapped: Option<Wrapped>,
        #[serde(default)]
        boxed: Option<Box<Inner>>,
        #[serde(default)]
        pair: Option<(Inner, i64)>,
        #[serde(default)]
        any: Value,
        #[serde(default)]
        raw: Option<Box<RawValue>>,
    }

    #[test]
    fn a_list_is_no_object_at_any_depth() {
        for body in [
            json!([]),
            json!([null]),
            json!([{"number": 1}]),
            json!({"inner": [1]}),
            json!({"many": [{"number": 1}, [2]]}),
            json!({"by_name": {"a": [1]}}),
            json!({"kind": {"Boxed": [1]}}),
            json!({"kind": {"Named": [{"number": 1}]}}),
            json!({"kind": {"Named": {"inner": [1]}}}),
            json!({"wrapped": [1]}),
            json!({"boxed": [1]}),
            json!({"pair": [[1], 2]}),
        ] {
            let text = body.to_string();
            let error = from_str::<Outer>(&text).unwrap_err().to_string();
            assert!(error.starts_with("invalid type: sequence, expected an object"), "{text}: {error}");
            assert!(from_slice::<Outer>(text.as_bytes()).is_err(), "{text}");
            assert!(from_value::<Outer>(body).is_err(), "{text}");
        }
    }

    #[test]
    fn whatever_else_is_read_as_ever() {
        let body = r#"{
            "inner": {"number": 1}, "many": [{"number": 2}], "by_name": {"a": {"number": 3}},
            "kind": {"Pair": [4, 5]}, "wrapped": {"number": 6}, "boxed": {"number": 7}, "pair": [{"number": 8}, 9],
            "any": [[1, {"a": []}], 1.50], "raw": [ 1,  0.10 ], "unknown": [[]]
        }"#;
        let read: Outer = from_str(body).unwrap();
        assert_eq!((read.inner, read.many), (Some(Inner { number: 1 }), vec![Inner { number: 2 }]));
        assert_eq!(read.by_name["a"], Inner { number: 3 });
        assert_eq!((read.kind, read.wrapped), (Some(Kind::Pair(4, 5)), Some(Wrapped(Inner { number: 6 }))));
        assert_eq!((read.boxed.unwrap().number, read.pair.unwrap().1), (7, 9));
        assert_eq!((read.any, read.raw.unwrap().get()), (json!([[1, {"a": []}], 1.5]), "[ 1,  0.10 ]"));
        for (written, kind) in [
            (r#""Plain""#, Kind::Plain),
            (r#"{"Boxed":{"number":1}}"#, Kind::Boxed(Inner { number: 1 })),
            (r#"{"Named":{"inner":{"number":1}}}"#, Kind::Named { inner: Inner { number: 1 } }),
        ] {
            assert_eq!(from_str::<Kind>(written).unwrap(), kind);
        }
        let borrowed: &RawValue = from_str("[1]").unwrap();
        assert_eq!((borrowed.get(), from_str::<&str>(r#""text""#).unwrap()), ("[1]", "text"));
        assert!(from_str::<Inner>(r#"{"number":1} {}"#).is_err());
        assert!(from_slice::<Inner>(br#"{"number":1}}"#).is_err());
        assert!(from_str::<Value>(&"[".repeat(10_000)).is_err());
    }

    #[test]
    fn the_place_of_what_is_wrong_is_still_told() {
        let mut json = serde_json::Deserializer::from_str(r#"{"many":[{"number":1},[2]]}"#);
        let error = serde_path_to_error::deserialize::<_, Outer>(Strict::new(&mut json)).unwrap_err();
        assert_eq!(error.path().to_string(), "many[1]");
    }
}
