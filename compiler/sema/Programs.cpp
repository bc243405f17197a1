// defprog.
//
// The section comes from the program's type unless it is given. Kernel reads
// need a licence that the kernel takes for GPL-compatible
// (license_is_gpl_compatible in include/linux/license.h).

#include "KeywordOptions.h"

namespace whistler::compiler {

namespace {

struct ProgramOptions {
  const ProgramTypeRow *type = nullptr;
  std::string section, license;
  const Form *licenseForm = nullptr, *sectionForm = nullptr;
  bool isSleepable = false;
};

const ProgramTypeRow *programType(Analyzer &a, const Form *form) {
  if (form->isKeyword())
    if (const ProgramTypeRow *row = findProgramType(form->symbol->name))
      return row;
  std::vector<std::string> names;
  for (const ProgramTypeRow &row : programTypes())
    names.push_back(":" + llvm::StringRef(row.keyword).lower());
  std::string name = toString(form);
  a.report(form, Kind::UnknownProgramType, {name, didYouMean(name, names)});
  return nullptr;
}

bool textOption(Analyzer &a, const char *name, const Form *value,
                std::string &text) {
  const Form *given = textOf(a, value);
  if (given && !given->text().empty()) {
    text = given->text().str();
    return true;
  }
  a.report(value, Kind::BadOptionValue, {name, toString(value)});
  return false;
}

struct OptionForms {
  const Form *type = nullptr, *section = nullptr, *license = nullptr,
             *sleepable = nullptr;
};

constexpr KeywordOption<OptionForms> kOptions[] = {
    {"TYPE", &OptionForms::type},
    {"SECTION", &OptionForms::section},
    {"LICENSE", &OptionForms::license},
    {"SLEEPABLE", &OptionForms::sleepable},
};

bool parseOptions(Analyzer &a, const Form *form, const Form *list,
                  ProgramOptions &options) {
  llvm::SmallVector<const Form *, 8> parts = items(list);
  if (!list->isCons()) {
    a.report(list, Kind::MalformedProgramOptions, {toString(list)});
    return false;
  }
  auto [forms, isRight] = parseKeywordOptions(
      a, parts, kOptions, "defprog",
      [](llvm::StringRef name) { return findProgramType(name) != nullptr; });
  options.sectionForm = forms.section;
  options.licenseForm = forms.license;
  options.isSleepable = forms.sleepable && !forms.sleepable->isNil();
  if (forms.type)
    options.type = programType(a, forms.type);
  if (forms.section)
    isRight &= textOption(a, ":section", forms.section, options.section);
  if (forms.license)
    isRight &= textOption(a, ":license", forms.license, options.license);
  if (isRight && !forms.type)
    a.report(form, Kind::MissingOption, {"defprog", ":type"});
  return isRight && options.type != nullptr;
}

bool isGplCompatible(llvm::StringRef license) {
  return license == "GPL" || license == "GPL v2" ||
         license == "GPL and additional rights" || license == "Dual BSD/GPL" ||
         license == "Dual MIT/GPL" || license == "Dual MPL/GPL";
}

void setLicense(Analyzer &a, const ProgramOptions &options, const Form *form) {
  std::string license =
      options.license.empty() ? std::string("GPL") : options.license;
  const Form *at = options.licenseForm ? options.licenseForm : form;
  if (a.licenseFrom.empty()) {
    a.result.license = license;
    a.licenseFrom = toString(items(form->cons.cdr)[0]);
  } else if (a.result.license != license) {
    a.report(at, Kind::TwoLicenses, {license, a.result.license, a.licenseFrom});
  }
  if (a.function->kernelRead && !isGplCompatible(license))
    a.report(a.function->kernelRead, Kind::LicenseForbidsReads, {license});
}

void analyzeBody(Analyzer &a, const Form *form, Forms bodyForms,
                 const ProgramOptions &options, const std::string &name) {
  Program program;
  program.name = name;
  program.section = programSection(
      a, *options.type, options.section,
      options.sectionForm ? options.sectionForm : form, options.isSleepable);
  // LLVM takes the function for the section's own symbol.
  const Form *nameForm = items(form->cons.cdr).front();
  if (program.section == name)
    a.report(nameForm, Kind::NamedLikeSection, {name, toString(nameForm)});
  program.span = form->span;
  program.isSleepable = options.isSleepable;
  program.type = options.type;
  FunctionState state;
  state.code = &program;
  state.type = options.type;
  state.section = program.section;
  if (auto member = a.opsFunctions.find(name); member != a.opsFunctions.end())
    state.section = "struct_ops/" + member->second;
  a.lastProgramType = options.type;
  a.function = &state;
  size_t firstSubprogram = a.result.subprograms.size();
  program.body = bodyForms.empty()
                     ? makeInteger(options.type->result, form->span)
                     : a.body(bodyForms, form->span);
  if (options.sectionForm && !state.usesTarget)
    checkTarget(a, options.sectionForm);
  finishCode(a, program, firstSubprogram);
  checkCallDepth(a, form, state.callDepth + 1);
  setLicense(a, options, form);
  a.function = nullptr;
  a.result.programs.push_back(std::move(program));
}

} // namespace

void declareProgram(Analyzer &a, const Form *form, Forms args) {
  if (!beginsWithName(a, form, args))
    return;
  if (args.size() < 2) {
    a.report(form, Kind::MissingOption, {"defprog", ":type"});
    return;
  }
  std::string name = cName(args[0]);
  if (!a.claim(args[0]))
    return;
  if (const SubprogramInfo *function = a.findSubprogram(name)) {
    a.duplicate(args[0], function->name->span);
    return;
  }
  ProgramOptions options;
  if (!parseOptions(a, form, args[1], options) && options.type == nullptr) {
    options.type = &programTypes().front(); // to find mistakes in the body
    options.section.clear();
  }
  Forms body = args.drop_front(2);
  if (body.size() > 1 && body.front()->isString())
    body = body.drop_front(); // a documentation string
  analyzeBody(a, form, body, options, name);
}

} // namespace whistler::compiler
