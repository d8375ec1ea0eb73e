//! JSON in and out: the only form in which values cross the sandbox's wall.
//!
//! Rune's own serde support refuses `Ok`/`Err`, `Some`/`None` and script structs, follows cycles for ever and has
//! no limits; so the guest converts by itself. Rules: `None` and `()` are null, `Some(x)` is x, tuples are arrays,
//! structs are objects, enum variants are tagged by their name as serde does it ("Open", {"Circle": 2}), i64 is
//! exact, NaN and infinities are an error, object keys come out sorted, so that equal values give equal bytes.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::Write as _;

use rune::alloc;
use rune::runtime::{Bytes, Object, OwnedTuple, TypeValue, Vec as RuneVec};
use rune::{TypeHash, Value};
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};

/// What a conversion may produce or accept.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Greatest nesting of arrays and objects.
    pub depth: usize,
    /// Greatest length of the JSON text in bytes.
    pub bytes: usize,
    /// Whether byte strings become base64 text (a declared schema allows it) or are an error.
    pub base64: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            depth: 64,
            bytes: 4 << 20,
            base64: false,
        }
    }
}

/// Why a value has no JSON form, and where in the value.
#[derive(Debug)]
pub struct BadValue {
    /// JSONPath-like place, `$` is the whole value.
    pub path: String,
    /// What is wrong there.
    pub message: String,
    /// True when a limit was hit, false when the kind of value is the reason.
    pub limit: bool,
}

/// The names that the loaded source declares; they turn script structs and enums into objects.
#[derive(Default)]
pub struct Names {
    /// Every identifier of the source: the candidates for field names.
    pub idents: Vec<String>,
    /// Names of enums: `enum Name { .. }`.
    pub enums: HashSet<String>,
}

thread_local! {
    static NAMES: RefCell<Names> = RefCell::new(Names::default());
}

/// Sets the names used for struct fields. Rune keeps the fields of a struct private, but answers whether a name is
/// a field; so every identifier of the source is asked for.
pub fn set_names(names: Names) {
    NAMES.with(|n| *n.borrow_mut() = names);
}

struct Writer {
    out: Vec<u8>,
    limits: Limits,
    path: Vec<Step>,
}

enum Step {
    Key(String),
    Index(usize),
}

/// Writes a value as JSON text.
pub fn to_json(value: &Value, limits: Limits) -> Result<Vec<u8>, BadValue> {
    append_json(Vec::with_capacity(64), value, limits)
}

/// Writes a value as JSON text behind the bytes that are in `out`; the limit holds for both.
pub fn append_json(out: Vec<u8>, value: &Value, limits: Limits) -> Result<Vec<u8>, BadValue> {
    let mut writer = Writer {
        out,
        limits,
        path: Vec::new(),
    };
    writer.value(value)?;
    Ok(writer.out)
}

/// The value as `serde_json::Value`, for pure modules.
pub fn to_serde(value: &Value) -> Result<serde_json::Value, String> {
    let limits = Limits {
        bytes: 64 << 20,
        ..Limits::default()
    };
    let text = to_json(value, limits).map_err(|e| e.message)?;
    serde_json::from_slice(&text).map_err(|e| e.to_string())
}

impl Writer {
    fn bad<T>(&self, message: impl Into<String>) -> Result<T, BadValue> {
        Err(self.problem(message.into(), false))
    }

    fn problem(&self, message: String, limit: bool) -> BadValue {
        let mut path = String::from("$");
        for step in &self.path {
            let _ = match step {
                Step::Key(k) => write!(path, ".{k}"),
                Step::Index(i) => write!(path, "[{i}]"),
            };
        }
        BadValue { path, message, limit }
    }

    fn room(&self) -> Result<(), BadValue> {
        if self.out.len() > self.limits.bytes {
            let most = self.limits.bytes;
            return Err(self.problem(format!("larger than {most} bytes as JSON"), true));
        }
        Ok(())
    }

    fn deeper(&self) -> Result<(), BadValue> {
        if self.path.len() >= self.limits.depth {
            let most = self.limits.depth;
            return Err(self.problem(
                format!("nested more than {most} levels deep (a value that contains itself is endless)"),
                true,
            ));
        }
        Ok(())
    }

    fn string(&mut self, text: &str) -> Result<(), BadValue> {
        if text.len() > self.limits.bytes {
            self.out.resize(self.limits.bytes + 1, b' ');
            return self.room();
        }
        // Writing to a Vec cannot fail, and a str is always valid JSON text.
        let _ = serde_json::to_writer(&mut self.out, text);
        self.room()
    }

    fn value(&mut self, value: &Value) -> Result<(), BadValue> {
        self.room()?;
        let typed = match value.as_type_value() {
            Ok(typed) => typed,
            Err(error) => return self.bad(format!("cannot be read: {error}")),
        };
        match typed {
            TypeValue::Unit => {
                self.out.extend_from_slice(b"null");
                Ok(())
            }
            TypeValue::Object(object) => {
                let mut entries: Vec<(&str, &Value)> = object.iter().map(|(k, v)| (k.as_str(), v)).collect();
                entries.sort_unstable_by_key(|(k, _)| *k);
                self.object(&entries)
            }
            TypeValue::Tuple(tuple) => self.array(tuple.iter()),
            TypeValue::EmptyStruct(it) => match variant_name(it.rtti().item()) {
                Some(name) => self.string(&name),
                None => {
                    self.out.extend_from_slice(b"{}");
                    Ok(())
                }
            },
            TypeValue::TupleStruct(it) => match variant_name(it.rtti().item()) {
                Some(name) => self.tagged(name, |w| match it.data() {
                    [one] => w.value(one),
                    many => w.array(many.iter()),
                }),
                None => self.array(it.data().iter()),
            },
            TypeValue::Struct(it) => {
                let mut entries: Vec<(String, &Value)> = Vec::with_capacity(it.data().len());
                NAMES.with(|names| {
                    for name in &names.borrow().idents {
                        if let Some(field) = it.get(name.as_str()) {
                            entries.push((name.clone(), field));
                        }
                    }
                });
                entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
                let entries: Vec<(&str, &Value)> = entries.iter().map(|(k, v)| (k.as_str(), *v)).collect();
                match variant_name(it.rtti().item()) {
                    Some(name) => self.tagged(name, |w| w.object(&entries)),
                    None => self.object(&entries),
                }
            }
            _ => self.scalar(value),
        }
    }

    fn scalar(&mut self, value: &Value) -> Result<(), BadValue> {
        let hash = value.type_hash();
        if hash == alloc::String::HASH {
            return match value.borrow_string_ref() {
                Ok(text) => self.string(&text),
                Err(error) => self.bad(error.to_string()),
            };
        }
        if let Ok(number) = value.as_signed() {
            let _ = write!(self.out, "{number}");
            return Ok(());
        }
        if let Ok(flag) = value.as_bool() {
            self.out.extend_from_slice(if flag { b"true" } else { b"false" });
            return Ok(());
        }
        if let Ok(number) = value.as_float() {
            if !number.is_finite() {
                return self.bad(format!("non-finite float {number}"));
            }
            let _ = serde_json::to_writer(&mut self.out, &number);
            return Ok(());
        }
        if hash == RuneVec::HASH {
            return match value.borrow_ref::<RuneVec>() {
                Ok(list) => self.array(list.iter()),
                Err(error) => self.bad(error.to_string()),
            };
        }
        if hash == Option::<Value>::HASH {
            return match value.borrow_ref::<Option<Value>>() {
                Ok(option) => match &*option {
                    Some(inner) => self.nested(inner),
                    None => {
                        self.out.extend_from_slice(b"null");
                        Ok(())
                    }
                },
                Err(error) => self.bad(error.to_string()),
            };
        }
        if hash == Result::<Value, Value>::HASH {
            return match value.borrow_ref::<Result<Value, Value>>() {
                Ok(result) => match &*result {
                    Ok(inner) => self.tagged("Ok".into(), |w| w.value(inner)),
                    Err(inner) => self.tagged("Err".into(), |w| w.value(inner)),
                },
                Err(error) => self.bad(error.to_string()),
            };
        }
        if let Ok(letter) = value.as_char() {
            return self.string(letter.encode_utf8(&mut [0; 4]));
        }
        if let Ok(number) = value.as_unsigned() {
            let _ = write!(self.out, "{number}");
            return Ok(());
        }
        if hash == Bytes::HASH {
            return match value.borrow_ref::<Bytes>() {
                Ok(bytes) if self.limits.base64 => self.string(&base64(bytes.as_slice())),
                Ok(_) => self.bad("bytes have no JSON form unless the output schema says contentEncoding base64"),
                Err(error) => self.bad(error.to_string()),
            };
        }
        self.bad(format!("a value of type {} has no JSON form", value.type_info()))
    }

    /// An option in an option in an option is endless work too: each level counts as depth.
    fn nested(&mut self, inner: &Value) -> Result<(), BadValue> {
        self.deeper()?;
        self.path.push(Step::Key("Some".into()));
        self.value(inner)?;
        self.path.pop();
        Ok(())
    }

    fn tagged(&mut self, name: String, inner: impl FnOnce(&mut Self) -> Result<(), BadValue>) -> Result<(), BadValue> {
        self.deeper()?;
        self.out.push(b'{');
        self.string(&name)?;
        self.out.push(b':');
        self.path.push(Step::Key(name));
        inner(self)?;
        self.path.pop();
        self.out.push(b'}');
        Ok(())
    }

    fn object(&mut self, entries: &[(&str, &Value)]) -> Result<(), BadValue> {
        self.deeper()?;
        self.out.push(b'{');
        for (i, (key, value)) in entries.iter().enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            self.string(key)?;
            self.out.push(b':');
            self.path.push(Step::Key((*key).into()));
            self.value(value)?;
            self.path.pop();
        }
        self.out.push(b'}');
        Ok(())
    }

    fn array<'a>(&mut self, items: impl Iterator<Item = &'a Value>) -> Result<(), BadValue> {
        self.deeper()?;
        self.out.push(b'[');
        for (i, value) in items.enumerate() {
            if i > 0 {
                self.out.push(b',');
            }
            self.path.push(Step::Index(i));
            self.value(value)?;
            self.path.pop();
        }
        self.out.push(b']');
        Ok(())
    }
}

/// The name of an enum variant, or nothing for a plain struct: an item whose parent is an `enum` of the source.
fn variant_name(item: &rune::Item) -> Option<String> {
    let text = item.to_string();
    let mut parts = text.rsplit("::");
    let name = parts.next()?;
    let parent = parts.next()?;
    NAMES.with(|names| names.borrow().enums.contains(parent).then(|| name.to_string()))
}

/// Standard base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk
            .iter()
            .enumerate()
            .fold(0u32, |w, (i, b)| w | u32::from(*b) << (16 - 8 * i));
        for i in 0..4 {
            text.push(if i > chunk.len() {
                '='
            } else {
                ALPHABET[(word >> (18 - 6 * i)) as usize & 63] as char
            });
        }
    }
    text
}

/// Reads JSON text as a Rune value: null is `()`, objects are Objects, integers i64.
///
/// Errors: a text that says what is wrong and where; nesting beyond 64; an integer beyond 64 bits.
pub fn from_json(text: &[u8]) -> Result<Value, String> {
    from_json_deep(text, Limits::default().depth)
}

/// The same with another greatest depth.
pub fn from_json_deep(text: &[u8], depth: usize) -> Result<Value, String> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let value = Seed { left: depth }
        .deserialize(&mut reader)
        .map_err(|e| e.to_string())?;
    reader.end().map_err(|e| e.to_string())?;
    Ok(value)
}

/// The Rune value of a `serde_json::Value`, for pure modules.
pub fn from_serde(value: &serde_json::Value) -> Result<Value, String> {
    Seed { left: 128 }.deserialize(value).map_err(|e| e.to_string())
}

#[derive(Clone, Copy)]
struct Seed {
    left: usize,
}

impl Seed {
    fn inner<E: de::Error>(self) -> Result<Self, E> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(Seed { left }),
            None => Err(E::custom("nested too deep")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Value;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(Value::from(v))
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(Value::from(v))
    }

    fn visit_u64<E: de::Error>(self, v: u64) -> Result<Value, E> {
        i64::try_from(v)
            .map(Value::from)
            .map_err(|_| E::custom(format!("the integer {v} does not fit 64 bits")))
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(Value::from(v))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::from(()))
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::from(()))
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<Value, E> {
        Value::try_from(v).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut list = alloc::Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            list.try_push(item).map_err(de::Error::custom)?;
        }
        Value::vec(list).map_err(de::Error::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut object = Object::new();
        while let Some(key) = map.next_key_seed(Key)? {
            let value = map.next_value_seed(inner)?;
            object.insert(key, value).map_err(de::Error::custom)?;
        }
        Value::new(object).map_err(de::Error::custom)
    }
}

/// Object keys go straight into Rune's own string, without a copy in between.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = alloc::String;

    fn deserialize<D: de::Deserializer<'de>>(self, reader: D) -> Result<alloc::String, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Key {
    type Value = alloc::String;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object key")
    }

    fn visit_str<E: de::Error>(self, v: &str) -> Result<alloc::String, E> {
        alloc::String::try_from(v).map_err(E::custom)
    }
}

/// A tuple value, for modules that give several values back.
pub fn tuple(values: Vec<Value>) -> Result<Value, alloc::Error> {
    let list = alloc::Vec::try_from(values)?;
    Value::new(OwnedTuple::try_from(list)?)
}
