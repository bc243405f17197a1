// Maps that hold maps or programs: what the inner maps look like, and what is
// in the map when it is loaded. libbpf makes inner maps from the type of the
// `values` member and fills the map from its relocations (__array in
// bpf_helpers.h), so both are known when the object is.
//
//   (defmap outer :type :array-of-maps :max-entries 4
//           :inner (:type :hash :key-type u32 :value-type u64 :max-entries 16)
//           :values (first nil second))
//   (defmap steps :type :prog-array :max-entries 8
//           :values ((5 last-step) first-step))
//
// A value stands at the index after the one before it, from 0; `(i v)` says
// where, `nil` leaves one out.

#include "Analyzer.h"

namespace whistler::compiler {

namespace {

constexpr uint64_t kMostValues = 65536;

/// The definition that `:inner` names or spells out, or that of a first value.
bool setInner(Analyzer &a, const Form *form, const MapTypeRow &type,
              MapInfo &info, ir::MapDefinition &map) {
  auto inner = std::make_shared<ir::MapDefinition>();
  MapInfo found;
  if (form->isCons() && form->cons.car->isKeyword()) {
    if (!defineMap(a, form, items(form), found, *inner))
      return false;
  } else {
    const MapInfo *named = mapArgument(a, form);
    if (named == nullptr)
      return false;
    found = *named;
    *inner = a.result.maps[named->index];
  }
  if (inner->inner || inner->holdsPrograms) {
    a.report(form, Kind::InnerMapType, {toString(form)});
    return false;
  }
  inner->pinByName = false;
  inner->values.clear();
  map.inner = std::move(inner);
  info.inner = map.name + " inner"; // no name of a source has a space
  a.maps[info.inner] = std::move(found);
  return true;
}

/// One value at its place, which becomes `index`.
bool addValue(Analyzer &a, const Form *form, const MapTypeRow &type,
              ir::MapDefinition &map, uint64_t &index) {
  const Form *name = form;
  if (form->isCons()) {
    llvm::SmallVector<const Form *, 8> parts = items(form);
    std::optional<uint64_t> at =
        parts.size() == 2 ? a.constant(parts[0]) : std::nullopt;
    if (!at)
      return false;
    index = *at;
    name = parts[1];
  }
  if (index >= std::min(map.maxEntries, kMostValues)) {
    a.report(form, Kind::IndexOutOfRange,
             {std::to_string(index), lispName(map.name),
              std::to_string(map.maxEntries)});
    return false;
  }
  if (name->isNil())
    return true;
  if (!name->isSymbol()) {
    a.report(name, Kind::BadOptionValue, {":values", toString(name)});
    return false;
  }
  if (type.value == MapValue::Inner && mapArgument(a, name) == nullptr)
    return false;
  if (type.value != MapValue::Inner)
    a.namedPrograms.push_back(name);
  map.values.resize(std::max<uint64_t>(map.values.size(), index + 1));
  map.values[index] = cName(name);
  return true;
}

/// The first value that names a map, as a pattern for the others.
const Form *firstValue(const Form *values) {
  for (const Form *value : items(values)) {
    const Form *name = value;
    if (value->isCons() && value->cons.cdr->isCons())
      name = value->cons.cdr->cons.car;
    if (name->isSymbol() && !name->isNil())
      return name;
  }
  return nullptr;
}

} // namespace

bool setMapValues(Analyzer &a, const Form *form, const Form *inner,
                  const Form *values, const MapTypeRow &type, MapInfo &info,
                  ir::MapDefinition &map) {
  bool holdsMaps = type.value == MapValue::Inner;
  bool holdsPrograms = llvm::StringRef(type.keyword) == "PROG-ARRAY";
  const Form *misplaced = inner && !holdsMaps                      ? inner
                          : values && !holdsMaps && !holdsPrograms ? values
                                                                   : nullptr;
  if (misplaced) {
    a.report(misplaced, Kind::NoInitialValues,
             {":" + llvm::StringRef(type.keyword).lower(),
              misplaced == inner ? ":inner" : ":values"});
    return false;
  }
  if (holdsMaps && inner == nullptr && values)
    inner = firstValue(values);
  if (holdsMaps && inner == nullptr) {
    a.report(form, Kind::MissingInner,
             {":" + llvm::StringRef(type.keyword).lower()});
    return false;
  }
  if (inner && !setInner(a, inner, type, info, map))
    return false;
  map.holdsPrograms = holdsPrograms && values;
  uint64_t index = 0;
  bool isRight = true;
  for (const Form *value : values ? items(values) : items(a.forms.nil())) {
    isRight &= addValue(a, value, type, map, index);
    ++index;
  }
  return isRight;
}

} // namespace whistler::compiler
