(function () {
  "use strict";
  var root = document.documentElement;
  var pages = Array.prototype.slice.call(document.querySelectorAll(".page"));
  root.classList.add("js");

  function speak(language) {
    root.dataset.lang = language;
    root.lang = language === "zh" ? "zh-CN" : "en";
    document.querySelectorAll("[lang-button]").forEach(function (button) {
      button.setAttribute("aria-pressed", String(button.dataset.to === language));
    });
    try { localStorage.setItem("quanyu-lang", language); } catch (refused) { root.dataset.kept = "no"; }
  }

  function remembered() {
    var asked = /[?&]lang=(zh|en)/.exec(location.search);
    if (asked) { return asked[1]; }
    try { return localStorage.getItem("quanyu-lang"); } catch (refused) { return null; }
  }

  function show() {
    var target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var page = (target && target.closest(".page")) || pages[0];
    pages.forEach(function (p) { p.classList.toggle("on", p === page); });
    root.classList.toggle("on-index", page === pages[0]);
    document.querySelectorAll(".jump details").forEach(function (d) { d.open = false; });
    document.querySelectorAll(".jump a").forEach(function (a) {
      if (a.getAttribute("href") === "#" + page.id) { a.setAttribute("aria-current", "page"); } else { a.removeAttribute("aria-current"); }
    });
    if (target && target !== page && page.contains(target)) { target.scrollIntoView(); } else { window.scrollTo(0, 0); }
  }

  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = Array.prototype.slice.call(document.querySelectorAll(".page details:not(.data):not([open])"));
    opened.forEach(function (d) { d.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.forEach(function (d) { d.open = false; }); });
  document.querySelectorAll("[lang-button]").forEach(function (button) {
    button.addEventListener("click", function () { speak(button.dataset.to); });
  });
  window.addEventListener("hashchange", show);
  speak(remembered() || (/^zh/i.test(navigator.language || "zh") ? "zh" : "en"));
  show();
})();
