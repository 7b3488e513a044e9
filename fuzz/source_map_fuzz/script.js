function a(b){throw new Error(1)}
//# sourceMappingURL=app.js.map
//# debugId=c0de0000-0000-0000-0000-00000000c0de
